/**
 * `node scripts/python-lock.mjs [NAME…]` writes `test/python/NAME.lock` anew from `NAME.in`, for every platform and with
 * hashes. Needs `uv` on the PATH and a network; everything else only reads the locks.
 */
import { ENVIRONMENTS } from './python-env.mjs';
import { Failure, mustExecute, runScript, step } from './lib/steps.mjs';

/** Tools are put there by the oldest Python that anything here runs on. */
const OLDEST = { uv: '3.9', ruff: '3.9' };

/** One package for an image of the test cluster, where its dependencies are there already. */
const ALONE = { 'image-other': '3.11', 'image-bare': '3.11' };

await runScript(async () => {
  const known = [...Object.keys(ENVIRONMENTS), ...Object.keys(OLDEST), ...Object.keys(ALONE)];
  const names = process.argv.length > 2 ? process.argv.slice(2) : known;
  for (const name of names) {
    if (!known.includes(name)) throw new Failure(`There is no ${name}; there are: ${known.join(', ')}`);
    await step(`Locking ${name}`, () => lock(name));
  }
});

function lock(name) {
  const version = OLDEST[name] ?? ALONE[name] ?? ENVIRONMENTS[name].versions[0];
  return mustExecute(`Locking ${name}`, 'uv', [
    ...['pip', 'compile', '--quiet', '--universal', '--upgrade', '--python-version', version],
    // Which index or mirror a lock was made from is of no use to anybody else.
    ...['--generate-hashes', '--no-emit-index-url', '--no-emit-find-links'],
    ...['--custom-compile-command', 'node scripts/python-lock.mjs'],
    ...(name in ALONE ? ['--no-deps'] : []),
    ...['--output-file', `test/python/${name}.lock`, `test/python/${name}.in`],
  ]);
}
