/** The packaged extension, packaged again only when what it is made from has changed. Plain Node 20, no dependencies. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, sourcesDigest } from '../lib/checkout.mjs';
import { mustExecute, step } from '../lib/steps.mjs';

const vsix = path.join(root, 'reprise.vsix');
const marker = path.join(root, 'dist', 'vsix.json');

/** What `.vscodeignore` lets in beside the build. */
const FILES = ['.vscodeignore', 'README.md', 'CHANGELOG.md', 'LICENSE'];
const FOLDERS = ['bin', 'deploy', 'media', 'webview-ui'];

/**
 * @returns {Promise<string>} path of `reprise.vsix`, made from the present sources.
 * @throws {Failure} when they cannot be built or packaged.
 */
export async function ensureVsix() {
  const sources = digest();
  if (isFresh(sources)) return vsix;
  await step('Packaging the extension (npm run package)', () =>
    mustExecute('npm run package', 'npm', ['run', '--silent', 'package']),
  );
  writeFileSync(marker, `${JSON.stringify({ sources, sha256: sha256(vsix) })}\n`);
  return vsix;
}

function isFresh(sources) {
  if (!existsSync(vsix) || !existsSync(marker)) return false;
  const made = JSON.parse(readFileSync(marker, 'utf8'));
  return made.sources === sources && made.sha256 === sha256(vsix);
}

function digest() {
  const hash = createHash('sha256').update(sourcesDigest());
  for (const name of [...FILES, ...FOLDERS.flatMap(filesBelow)]) {
    hash.update(name).update(readFileSync(path.join(root, name)));
  }
  return hash.digest('hex');
}

function filesBelow(folder) {
  return readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => path.join(folder, name))
    .filter((name) => statSync(path.join(root, name)).isFile())
    .sort();
}

function sha256(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
