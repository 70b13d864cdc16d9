import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { SessionCell } from '../../../../src/lineage/stale/state';
import type { Store } from '../../../../src/lineage/store';
import { StaleNotebook } from '../../../../src/vscode/stale/notebook';
import { temporaryStore } from '../../lineage/build';
import { type CellSpec, exact, read, record, type RunSpec, sha } from '../../replay/build';

const FIRST = '20260101-000000-aaaaaa';
const SECOND = '20260101-000100-bbbbbb';

const SPECS: CellSpec[] = [
  { code: 'x = 1', writes: [exact('x', '1')] },
  { code: 'y = x + 1', readDigests: { x: sha('1') }, writes: [exact('y', '2')] },
  { code: 'open("in.csv").read()', files: [read('in.csv', 'a,b')] },
];
const CELLS: SessionCell[] = SPECS.map(({ code }, at) => ({ id: `id${at}`, type: 'code', source: code! }));

let store: Store;
let notebook: StaleNotebook;
let faults: unknown[];
beforeEach(() => {
  store = temporaryStore();
  faults = [];
  notebook = new StaleNotebook(store, (error) => faults.push(error));
  for (const { code } of SPECS) store.putObject(Buffer.from(code!));
  writeFileSync(path.join(store.root, 'in.csv'), 'a,b');
});

/** Lines as a kernel writes them: those of `specs` behind the header, where there is none yet. */
function write(run: string, specs: CellSpec[], more: object[] = [], spec: RunSpec = {}): void {
  const { header, cells } = record(specs, { run, header: { starter: 'agent' }, ...spec });
  const folder = path.join(store.runsFolder, run);
  mkdirSync(folder, { recursive: true });
  const lines = [header, ...cells, ...more].map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(path.join(folder, 'record.jsonl'), lines.join(''));
}

const stale = (cells = CELLS): string[] => notebook.stale(notebook.state(cells)!);

describe('cells of a live notebook', () => {
  it('are not judged before one of them ran', async () => {
    await notebook.read(undefined);
    expect(notebook.state(CELLS)).toBeUndefined();
    write(FIRST, []);
    await notebook.read(FIRST);
    expect(notebook.state(CELLS)).toBeUndefined();
  });

  it('are clean by their record, and stale once they are edited', async () => {
    write(FIRST, SPECS);
    await notebook.read(FIRST);
    expect(stale()).toEqual([]);
    expect(stale([{ ...CELLS[0]!, source: 'x = 1  # one' }, ...CELLS.slice(1)])).toEqual([]);
    expect(stale([{ ...CELLS[0]!, source: 'x = 2' }, ...CELLS.slice(1)])).toEqual(['id0', 'id1']);
    expect(stale(CELLS.slice(1))).toEqual(['id1']);
  });

  it('are read on while they run', async () => {
    write(FIRST, SPECS.slice(0, 1));
    await notebook.read(FIRST);
    expect(stale()).toEqual(['id1', 'id2']);
    const [, second] = record(SPECS).cells;
    appendFileSync(store.recordPath(FIRST), `${JSON.stringify(second)}\n`);
    await notebook.read(FIRST);
    expect(stale()).toEqual(['id2']);
  });

  it('are stale by a file that somebody changed, and clean again when it is put back', async () => {
    write(FIRST, SPECS);
    await notebook.read(FIRST);
    const file = path.join(store.root, 'in.csv');
    writeFileSync(file, 'a,b,c');
    await notebook.read(FIRST);
    expect(notebook.state(CELLS)!.cells.id2).toEqual({
      status: 'stale',
      reasons: [{ type: 'input-changed', file: 'in.csv' }],
    });
    rmSync(file);
    await notebook.read(FIRST);
    expect(stale()).toEqual(['id2']);
    writeFileSync(file, 'a,b');
    await notebook.read(FIRST);
    expect(stale()).toEqual([]);
  });

  it('stay as they are over a restart, until one runs on what is no longer there', async () => {
    write(FIRST, SPECS);
    await notebook.read(FIRST);
    const unset = {
      ...SPECS[1]!,
      index: 1,
      id: 'id1',
      reads: [],
      readDigests: {},
      missing: ['x'],
      writes: [],
    };
    write(SECOND, [unset]);
    await notebook.read(SECOND);
    expect(notebook.state(CELLS)!.cells).toMatchObject({
      id0: { status: 'clean' },
      id1: { status: 'stale', reasons: [{ type: 'restarted', variable: 'x', cell: 'id0' }] },
    });
  });

  it('are stale where the kernel died while they ran', async () => {
    const died = { type: 'summary', status: 'died', died: { index: 0, id: 'id0' } };
    write(FIRST, SPECS, [died]);
    await notebook.read(FIRST);
    expect(notebook.state(CELLS)!.cells.id0).toEqual({ status: 'stale', reasons: [{ type: 'restarted' }] });
  });

  it('are not called stale while they run, and are when nothing of it was recorded', async () => {
    write(FIRST, SPECS);
    await notebook.read(FIRST);
    notebook.began('id0');
    expect([notebook.isRunning('id0'), stale()]).toEqual([true, []]);
    notebook.ended('id0');
    expect([notebook.isRunning('id0'), stale()]).toEqual([false, ['id0', 'id1']]);
  });

  it('are stale under another seed where Reprise seeded what they drew', async () => {
    const entropy = [{ source: 'python.random', reach: 'enforced' as const, count: 1 }];
    const drawing = [{ ...SPECS[0]!, entropy, rng: { before: { 'python.random': 'a' }, after: { 'python.random': 'b' }, drew: ['python.random'] } }]; // prettier-ignore
    write(FIRST, drawing);
    await notebook.read(FIRST);
    expect(notebook.state(CELLS)!.cells.id0!.status).toBe('clean');
    expect(notebook.state(CELLS, '7')!.cells.id0!.status).toBe('stale');
  });

  it('count as edited where what ran was not kept', async () => {
    write(FIRST, [{ code: 'z = 1' }]);
    await notebook.read(FIRST);
    expect(stale([{ id: 'id0', type: 'code', source: 'z = 1' }])).toEqual(['id0']);
  });

  it('are not judged any more when a line is not what a line is, which is told once', async () => {
    write(FIRST, SPECS);
    const odd = { type: 'cell', index: 0, id: 'id0', source: sha('x = 1'), reads: 7 };
    appendFileSync(store.recordPath(FIRST), `${JSON.stringify(odd)}\n${JSON.stringify(odd)}\n`);
    await notebook.read(FIRST);
    await notebook.read(FIRST);
    expect(notebook.state(CELLS)).toBeUndefined();
    expect(faults).toHaveLength(1);
  });

  it('are judged anew by a record that was written anew', async () => {
    write(FIRST, SPECS);
    await notebook.read(FIRST);
    const other = `${store.recordPath(FIRST)}.new`;
    write(SECOND, SPECS.slice(0, 1));
    renameSync(store.recordPath(SECOND), other);
    renameSync(other, store.recordPath(FIRST));
    await notebook.read(FIRST);
    expect(stale()).toEqual(['id1', 'id2']);
  });
});
