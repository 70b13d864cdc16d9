/**
 * npm runs this when the package is installed from git, as pre-commit does, and after `npm ci` in a checkout: a package
 * without its build would be no use. What is built stays; `npm run build` builds anew. Plain Node 20, no dependencies.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './lib/checkout.mjs';

const has = (...parts) => existsSync(path.join(root, ...parts));

if (!has('dist', 'cli.js')) {
  if (!has('node_modules', 'webpack') && process.env.npm_config_global === 'true') installTools();
  // Elsewhere somebody left them out with --omit=dev.
  if (has('node_modules', 'webpack')) await import('./build.mjs');
}

/** `npm install --global git+…` passes `global` on to the install within the clone, which then puts nothing there. */
function installTools() {
  const env = { ...process.env, npm_config_global: '' };
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', args, { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
