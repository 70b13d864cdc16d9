/** Files whose names are odd: they are recorded, shown without harm, and the user's own come back after a replay. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, stackTrace, Workplace } from './support';

const ESCAPED = 'a\x1b[31m\u202eb\x9b5m\nRemoved 9 runs.csv';

const place = new Workplace();

beforeAll(async () => {
  place.store.ensure();
  place.notebook('plain/study.ipynb', [
    'import os, uuid\nos.makedirs("~", exist_ok=True)',
    'for name in ("~draft.csv", "~/table.csv"):\n    with open(name, "w") as file: file.write(str(uuid.uuid4()))',
  ]);
  place.notebook(`esc\x1b[31m/${'study'}.ipynb`, [`open(${JSON.stringify(ESCAPED)}, "w").close()`]);
  place.notebook('bytes/study.ipynb', [
    'open(b"caf\\xe9.csv", "w").close()',
    'open(b"caf\\xe9.csv").close()',
  ]);
  for (const folder of ['plain', 'esc\x1b[31m', 'bytes']) {
    const ended = await place.execute('run', place.path(folder, 'study.ipynb'));
    expect(ended.code, ended.stderr).toBe(0);
  }
});
afterAll(() => place.remove());

function runOf(folder: string): string {
  return place.store.runIds().find((id) => place.record(id).header.notebook.startsWith(folder))!;
}

function shown({ stdout, stderr }: Ended): string {
  return stdout + stderr;
}

describe('names that begin with a tilde', () => {
  it('are of the root, and what the user has there comes back after a replay', async () => {
    const run = runOf('plain');
    const files = place.record(run).cells.flatMap((cell) => cell.files);
    expect(files.map((file) => file.path).sort()).toEqual(['plain/~/table.csv', 'plain/~draft.csv']);
    const mine = ['~draft.csv', '~/table.csv'].map((name) => place.path('plain', name));
    for (const file of mine) writeFileSync(file, 'mine');
    await place.execute('replay', run);
    expect(mine.map((file) => readFileSync(file, 'utf8'))).toEqual(['mine', 'mine']);
  });
});

describe('names that hold what a terminal acts upon', () => {
  it.each([['runs'], ['gc'], ['lineage'], ['lineage --format dot'], ['lineage --format mermaid']])(
    'are shown by %s without it',
    async (command) => {
      const [name, ...options] = command.split(' ');
      const what = name === 'lineage' ? [runOf('esc')] : [];
      const ended = await place.reprise(name!, ...what, ...options);
      expect(ended.code, ended.stderr).toBe(0);
      expect(shown(ended)).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/); // eslint-disable-line no-control-regex
      if (options.length === 0) expect(shown(ended)).not.toMatch(/^Removed/m);
    },
  );

  it('are whole in JSON, and harmless as well', async () => {
    const { stdout } = await place.reprise('lineage', runOf('esc'), '--format', 'json');
    expect(stdout).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/); // eslint-disable-line no-control-regex
    const { nodes } = JSON.parse(stdout) as { nodes: { path?: string }[] };
    expect(nodes.map((node) => node.path && path.basename(node.path))).toContain(ESCAPED);
  });
});

describe('names that are not UTF-8', () => {
  it('are recorded, and the record can be read', async () => {
    const record = place.record(runOf('bytes'));
    expect([record.broken, record.summary?.status, record.summary?.faults]).toEqual([null, 'ok', []]);
    const { files } = record.cells[0]!;
    expect(files).toMatchObject([{ path: 'bytes/caf\udce9.csv', mode: 'write' }]);
    const lineage = await place.reprise('lineage', runOf('bytes'));
    expect([lineage.code, lineage.stdout]).toEqual([0, expect.stringContaining('bytes/caf')]);
  });

  it('are not written over by a replay unless it is told to', async () => {
    const file = Buffer.concat([
      Buffer.from(`${place.path('bytes')}/caf`),
      Buffer.from([0xe9]),
      Buffer.from('.csv'),
    ]);
    writeFileSync(file, 'mine');
    const refused = await place.execute('replay', runOf('bytes'));
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/not UTF-8.*--overwrite/)]);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    const told = await place.execute('replay', runOf('bytes'), '--overwrite');
    expect(told.code, told.stderr).toBe(0);
    expect(stackTrace(told)).toBeUndefined();
    expect(existsSync(file)).toBe(true);
  });
});
