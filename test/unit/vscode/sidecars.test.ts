import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { SidecarError } from '../../../src/notebook/sidecar';
import { Sidecars } from '../../../src/vscode/sidecars';
import { temporaryFolder } from '../lineage/build';

const sidecars = new Sidecars();

function notebook(sidecar?: string): { notebook: string; file: string } {
  const folder = temporaryFolder();
  const file = path.join(folder, 'study.repro.json');
  if (sidecar !== undefined) writeFileSync(file, sidecar);
  return { notebook: path.join(folder, 'study.ipynb'), file };
}

describe('settings of a notebook', () => {
  it('are the defaults where there is no sidecar, and reading makes none', () => {
    const { notebook: path, file } = notebook();
    expect(sidecars.settingsOf(path)).toEqual({ policy: 'close', seed: 'fresh' });
    expect(existsSync(file)).toBe(false);
  });

  it('are written into a new sidecar', () => {
    const { notebook: path, file } = notebook();
    expect(sidecars.change(path, { policy: 'full' })).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(
      '{\n  "schema": "reprise/notebook/1",\n  "settings": {\n    "seed": "fresh",\n    "policy": "full"\n  }\n}\n',
    );
    expect(sidecars.settingsOf(path)).toMatchObject({ policy: 'full' });
  });

  it('keep every field that is there, unknown ones too, and the mode of the file', () => {
    const { notebook: path, file } = notebook(
      '{"schema":"reprise/notebook/1","settings":{"tolerance":{"rtol":0,"atol":1},"later":[1]},"team":"x"}',
    );
    chmodSync(file, 0o640);
    sidecars.change(path, { seed: 7 });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      schema: 'reprise/notebook/1',
      settings: { seed: 7, policy: 'close', tolerance: { rtol: 0, atol: 1 }, later: [1] },
      team: 'x',
    });
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('are not written when they hold already', () => {
    const { notebook: path, file } = notebook();
    expect(sidecars.change(path, { policy: 'close', seed: 'fresh' })).toBe(false);
    expect(existsSync(file)).toBe(false);
  });

  it('in a broken sidecar are refused, and the file is left as it is', () => {
    const { notebook: path, file } = notebook('{"schema":');
    expect(() => sidecars.change(path, { seed: 7 })).toThrow(SidecarError);
    expect(readFileSync(file, 'utf8')).toBe('{"schema":');
  });

  it('leave nothing behind beside the file', () => {
    const { notebook: file } = notebook();
    sidecars.change(file, { seed: 7 });
    sidecars.change(file, { seed: 'fresh', policy: 'observe' });
    expect(readdirSync(path.dirname(file))).toEqual(['study.repro.json']);
  });
});

describe('a renamed notebook', () => {
  it('takes its sidecar along, into another folder too', () => {
    const { notebook: before, file } = notebook('{"schema":"reprise/notebook/1"}');
    const after = path.join(temporaryFolder(), 'better.ipynb');
    expect(sidecars.follow(before, after)).toBe('moved');
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(after.replace('.ipynb', '.repro.json'), 'utf8')).toBe(
      '{"schema":"reprise/notebook/1"}',
    );
  });

  it('without one has none afterwards', () => {
    const { notebook: before } = notebook();
    expect(sidecars.follow(before, before.replace('study', 'better'))).toBe('none');
  });

  it('never writes over a sidecar that is there', () => {
    const { notebook: before, file } = notebook('old');
    const other = file.replace('study', 'better');
    writeFileSync(other, 'other');
    expect(sidecars.follow(before, before.replace('study', 'better'))).toBe('occupied');
    expect([readFileSync(file, 'utf8'), readFileSync(other, 'utf8')]).toEqual(['old', 'other']);
  });
});
