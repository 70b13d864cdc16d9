/** `npm run build`: dist/cli.js, dist/extension.js and dist/agent.pyz. `--watch` goes on building as sources change. */
import { copyFileSync, mkdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import path from 'node:path';
import webpack from 'webpack';
import bundles, { agentBundle } from '../webpack.config.mjs';
import { buildAgent } from './build-agent.mjs';
import { root, sourcesDigest } from './lib/checkout.mjs';

const watching = process.argv.includes('--watch');
const marker = path.join(root, 'dist', 'build.json');

// Without its marker a build that fails half-way is never taken for a fresh one.
rmSync(marker, { force: true });
const sources = sourcesDigest();
mkdirSync(path.dirname(marker), { recursive: true });
// What installs the pinned uv on a user's machine is what installs it on ours.
copyFileSync(path.join(root, 'test', 'python', 'uv.lock'), path.join(root, 'dist', 'uv.lock'));

const agent = webpack(agentBundle());
const compiler = webpack(bundles(watching ? 'development' : 'production'));

function report(error, stats) {
  if (error) throw error;
  console.log(stats.toString({ preset: 'errors-warnings', colors: process.stdout.isTTY, assets: true }));
  return !stats.hasErrors();
}

/** The JavaScript agent is part of the archive. */
function pack(error, stats) {
  if (!report(error, stats)) return false;
  console.log(`dist/agent.pyz ${buildAgent()}`);
  return true;
}

if (watching) {
  agent.watch({}, pack);
  compiler.watch({}, report);
  let pending;
  watch(path.join(root, 'src', 'agent'), { recursive: true }, (_event, file) => {
    if (file === null || file.includes('__pycache__')) return;
    clearTimeout(pending);
    pending = setTimeout(() => console.log(`dist/agent.pyz ${buildAgent()}`), 100);
  });
} else {
  agent.run((agentError, agentStats) => {
    const packed = pack(agentError, agentStats);
    agent.close(() => {});
    compiler.run((error, stats) => {
      if (report(error, stats) && packed) writeFileSync(marker, `${JSON.stringify({ sources })}\n`);
      else process.exitCode = 1;
      compiler.close(() => {});
    });
  });
}
