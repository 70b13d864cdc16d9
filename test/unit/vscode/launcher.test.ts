import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Installation } from '../../../src/vscode/editor';
import { installLauncher, isOnPath } from '../../../src/vscode/launcher';
import { temporaryFolder } from '../lineage/build';

const root = path.resolve(import.meta.dirname, '../../..');

function installation(name: string): Installation {
  const home = temporaryFolder();
  const extension = path.join(home, "it's extensions", name);
  putExtension(extension);
  return { extension, home, platform: 'linux', path: '/usr/bin', node: process.execPath };
}

/** A version of the extension whose command says which one it is. */
function putExtension(folder: string): void {
  mkdirSync(path.join(folder, 'bin'), { recursive: true });
  mkdirSync(path.join(folder, 'dist'));
  const said = `console.log(${JSON.stringify(path.basename(folder))}, ...process.argv.slice(2));`;
  writeFileSync(path.join(folder, 'dist', 'cli.js'), said);
  // The executable bit need not survive the way into an extensions folder.
  writeFileSync(path.join(folder, 'bin', 'reprise'), readFileSync(path.join(root, 'bin', 'reprise')));
}

const targetOf = ({ home }: Installation) => path.join(home, '.local', 'bin', 'reprise');

function run(target: string, searched = `${path.dirname(process.execPath)}:/usr/bin:/bin`): string {
  return execFileSync(target, ['runs', 'a b'], { env: { PATH: searched }, encoding: 'utf8' }).trim();
}

describe('the installed command', () => {
  it('runs the newest version that is installed when it is called', () => {
    const installed = installation('reprise.reprise-0.9.0');
    expect(installLauncher(installed).how).toBe('installed');
    expect(run(targetOf(installed))).toBe('reprise.reprise-0.9.0 runs a b');
    putExtension(path.join(path.dirname(installed.extension), 'reprise.reprise-0.10.0'));
    rmSync(installed.extension, { recursive: true });
    putExtension(path.join(path.dirname(installed.extension), 'reprise.reprise-0.9.1'));
    expect(run(targetOf(installed))).toBe('reprise.reprise-0.10.0 runs a b');
  });

  it('runs an extension under development from its own folder', () => {
    const installed = installation('checkout');
    installLauncher(installed);
    expect(run(targetOf(installed))).toBe('checkout runs a b');
  });

  it("takes the editor's own Node where there is no other", () => {
    const installed = installation('reprise.reprise-0.9.0');
    installLauncher(installed);
    const bin = path.join(installed.home, 'bin');
    mkdirSync(bin);
    for (const tool of ['sh', 'sort', 'tail', 'dirname', 'readlink']) {
      symlinkSync(
        execFileSync('/bin/sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
        path.join(bin, tool),
      );
    }
    expect(run(targetOf(installed), bin)).toBe('reprise.reprise-0.9.0 runs a b');
  });

  it('says what to do when the extension is gone', () => {
    const installed = installation('reprise.reprise-0.9.0');
    installLauncher(installed);
    rmSync(installed.extension, { recursive: true });
    const { status, stderr } = spawnSync(targetOf(installed), { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      5,
      expect.stringMatching(/no longer installed[^]*rm ~\/\.local\/bin\/reprise/),
    ]);
  });

  it('replaces an earlier one of ours, and leaves nothing else behind', () => {
    const installed = installation('reprise.reprise-0.9.0');
    installLauncher(installed);
    expect(installLauncher(installed).how).toBe('installed');
    expect(readdirSync(path.dirname(targetOf(installed)))).toEqual(['reprise']);
  });

  it.each(['a file', 'a link', 'a broken link', 'a folder'])(
    'never writes over %s that is not ours',
    (what) => {
      const installed = installation('reprise.reprise-0.9.0');
      const target = targetOf(installed);
      mkdirSync(path.dirname(target), { recursive: true });
      const elsewhere = path.join(installed.home, 'elsewhere');
      if (what === 'a link') writeFileSync(elsewhere, 'theirs');
      if (what === 'a file') writeFileSync(target, 'theirs');
      else if (what === 'a folder') mkdirSync(target);
      else symlinkSync(elsewhere, target);
      expect(installLauncher(installed)).toEqual({
        how: 'foreign',
        program: path.join(installed.extension, 'bin', 'reprise'),
      });
      if (what === 'a link') expect(readFileSync(elsewhere, 'utf8')).toBe('theirs');
      if (what === 'a file') expect(readFileSync(target, 'utf8')).toBe('theirs');
      if (what === 'a broken link') expect(existsSync(elsewhere)).toBe(false);
    },
  );

  it('knows whether its folder is on the PATH', () => {
    const given = { extension: '/x', home: '/home/ada', platform: 'linux', node: 'node' } as const;
    expect(isOnPath({ ...given, path: '/usr/bin:/home/ada/.local/bin/' })).toBe(true);
    expect(isOnPath({ ...given, path: '/usr/bin:/home/ada/.local' })).toBe(false);
    expect(isOnPath({ ...given, path: '' })).toBe(false);
  });
});
