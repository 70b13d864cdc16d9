/** `npm run editor` on a fresh clone: gets everything ready, then shows VS Code with the extension and the examples. */
import { spawn } from 'node:child_process';
import { bootstrap } from './bootstrap.mjs';
import { ensureCodeServer } from './editor/install.mjs';
import { ensureVsix } from './editor/vsix.mjs';
import { childEnvironment, node, root } from './lib/checkout.mjs';
import { runScript } from './lib/steps.mjs';

await runScript(async () => {
  const python = await bootstrap();
  const server = await ensureCodeServer();
  const vsix = await ensureVsix();
  const env = childEnvironment({
    REPRISE_EDITOR_SERVER: server,
    REPRISE_EDITOR_VSIX: vsix,
    REPRISE_EDITOR_PYTHON: python,
  });
  const args = ['scripts/editor/show.mjs', ...process.argv.slice(2)];
  const child = spawn(node, args, { cwd: root, env, stdio: 'inherit' });
  // It ends what it started before it ends itself, and the prompt comes back only then.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
});
