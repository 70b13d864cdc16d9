import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** A checkout with only the launcher, in a folder whose name has a space. */
function checkout({ built = true } = {}): string {
  const home = path.join(mkdtempSync(path.join(tmpdir(), 'reprise-launcher-')), 'my checkout');
  mkdirSync(path.join(home, 'bin'), { recursive: true });
  mkdirSync(path.join(home, 'dist'));
  copyFileSync(path.join(root, 'bin', 'reprise'), path.join(home, 'bin', 'reprise'));
  chmodSync(path.join(home, 'bin', 'reprise'), 0o755);
  const program =
    'console.log(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), pid: process.pid }))';
  if (built) writeFileSync(path.join(home, 'dist', 'cli.js'), program);
  return home;
}

function executable(file: string, script: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

/** Only what the launcher itself needs is on the PATH, so that no Node is found there by chance. */
function launch(program: string, options: { node?: string; cwd?: string; path?: string } = {}) {
  const tools = mkdtempSync(path.join(tmpdir(), 'reprise-tools-'));
  for (const tool of ['readlink', 'dirname']) symlinkSync(`/usr/bin/${tool}`, path.join(tools, tool));
  const PATH = options.path ? `${options.path}:${tools}` : tools;
  const env = { PATH, ...(options.node ? { REPRISE_NODE: options.node } : {}) };
  const args = ['verify', 'a b.ipynb', ''];
  const { status, stdout, stderr, pid } = spawnSync(program, args, {
    env,
    cwd: options.cwd,
    encoding: 'utf8',
  });
  return {
    status,
    stderr,
    pid,
    ran: status === 0 ? (JSON.parse(stdout) as Record<string, unknown>) : undefined,
  };
}

describe('bin/reprise', () => {
  it('runs from any directory, through links to links, and passes its arguments on untouched', () => {
    const home = checkout();
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'reprise-elsewhere-'));
    symlinkSync(path.join(home, 'bin', 'reprise'), path.join(elsewhere, 'first'));
    symlinkSync('first', path.join(elsewhere, 'second'));
    const { ran } = launch('./second', { cwd: elsewhere, node: process.execPath });
    expect(ran).toMatchObject({ args: ['verify', 'a b.ipynb', ''], cwd: elsewhere });
  });

  it('becomes the command itself, so that signals reach it', () => {
    const { ran, pid } = launch(path.join(checkout(), 'bin', 'reprise'), { node: process.execPath });
    expect(ran).toMatchObject({ pid });
  });

  it("prefers the checkout's Node to one on the PATH, and passes over one that is too old", () => {
    const home = checkout();
    const old = executable(path.join(home, 'old', 'node'), 'exit 1');
    executable(path.join(home, 'node_modules', 'node', 'bin', 'node'), `exec '${process.execPath}' "$@"`);
    expect(launch(path.join(home, 'bin', 'reprise'), { node: old, path: path.dirname(old) }).status).toBe(0);
  });

  it('says what is missing when no Node is new enough', () => {
    const home = checkout();
    const old = executable(path.join(home, 'old', 'node'), 'exit 1');
    const { status, stderr } = launch(path.join(home, 'bin', 'reprise'), { path: path.dirname(old) });
    expect(status).toBe(5);
    expect(stderr).toMatch(/no Node\.js 20 or later[\s\S]*REPRISE_NODE/);
  });

  it('says how to build what has not been built', () => {
    const home = checkout({ built: false });
    const { status, stderr } = launch(path.join(home, 'bin', 'reprise'), { node: process.execPath });
    expect(status).toBe(5);
    expect(stderr).toContain(`cd '${home}' && npm ci && npm run build`);
  });
});
