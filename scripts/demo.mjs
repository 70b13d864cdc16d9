/** `npm run demo` on a fresh clone: gets everything ready, then runs the demonstration. */
import { spawn } from 'node:child_process';
import { bootstrap } from './bootstrap.mjs';
import { childEnvironment, node, root } from './lib/checkout.mjs';
import { runScript } from './lib/steps.mjs';

await runScript(async () => {
  const python = await bootstrap();
  const args = ['scripts/demo/main.mjs', ...process.argv.slice(2)];
  const env = childEnvironment({ REPRISE_TEST_PYTHON: python });
  const child = spawn(node, args, { cwd: root, env, stdio: 'inherit' });
  // The demonstration cleans up before it ends, and the prompt comes back only then.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
});
