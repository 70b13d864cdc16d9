/** `npm run build`: dist/cli.js, dist/extension.js and dist/agent.pyz. `--watch` goes on building as sources change. */
import { copyFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import webpack from 'webpack';
import bundles from '../webpack.config.mjs';
import { buildAgent } from './build-agent.mjs';
import { root, sourcesDigest } from './lib/checkout.mjs';

const watching = process.argv.includes('--watch');
const marker = path.join(root, 'dist', 'build.json');

// Without its marker a build that fails half-way is never taken for a fresh one.
rmSync(marker, { force: true });
const sources = sourcesDigest();
console.log(`dist/agent.pyz ${buildAgent()}`);
// What installs the pinned uv on a user's machine is what installs it on ours.
copyFileSync(path.join(root, 'test', 'python', 'uv.lock'), path.join(root, 'dist', 'uv.lock'));

const compiler = webpack(bundles(watching ? 'development' : 'production'));

function report(error, stats) {
  if (error) throw error;
  console.log(stats.toString({ preset: 'errors-warnings', colors: process.stdout.isTTY, assets: true }));
  return !stats.hasErrors();
}

if (watching) {
  compiler.watch({}, report);
  let pending;
  watch(path.join(root, 'src', 'agent'), { recursive: true }, (_event, file) => {
    if (file === null || file.includes('__pycache__')) return;
    clearTimeout(pending);
    pending = setTimeout(() => console.log(`dist/agent.pyz ${buildAgent()}`), 100);
  });
} else {
  compiler.run((error, stats) => {
    if (report(error, stats)) writeFileSync(marker, `${JSON.stringify({ sources })}\n`);
    else process.exitCode = 1;
    compiler.close(() => {});
  });
}
