import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/notebook/digest';
import { rawForm } from '../../../src/notebook/output';
import type { Store } from '../../../src/lineage/store';
import { judge } from '../../../src/replay/compare/judge';
import { loadNotebookSide, loadRunSide } from '../../../src/replay/compare/side';
import { temporaryStore, writeRun } from '../lineage/build';
import { display, stdout, type CellSpec } from './build';

const RUN = '20260101-000000-aaaaaa';
const REPLAY = '20260102-000000-aaaaaa';
const CELLS: CellSpec[] = [
  { code: 'print(1)', outputs: [stdout('1\n')] },
  { code: 'plot()', outputs: [display({ 'text/plain': '<Figure>' })] },
];

function notebook(cells: CellSpec[], minor = 5): string {
  const written = cells.map(({ code = '', outputs = [], skipped }, i) => ({
    cell_type: 'code',
    id: `id${i}`,
    metadata: {},
    source: code.split(/(?<=\n)/),
    execution_count: skipped === true ? null : i + 1,
    outputs,
  }));
  return JSON.stringify({ nbformat: 4, nbformat_minor: minor, metadata: {}, cells: written });
}

/** As the runner leaves it: record, executed copy, manifest, and what the agent kept of sources and outputs. */
function finished(store: Store, run: string, cells: CellSpec[]): string {
  const folder = writeRun(store, run, cells);
  writeFileSync(path.join(folder, 'executed.ipynb'), notebook(cells));
  const sha256 = createHash('sha256')
    .update(readFileSync(path.join(folder, 'record.jsonl')))
    .digest('hex');
  writeFileSync(
    path.join(folder, 'manifest.json'),
    JSON.stringify({ files: [{ path: 'record.jsonl', size: 1, sha256 }] }),
  );
  writeFileSync(path.join(folder, 'local.json'), JSON.stringify({ pid: 1, prefix: '~/env' }));
  for (const { code = '', outputs = [] } of cells) {
    store.putObject(Buffer.from(code));
    store.putObject(Buffer.from(canonicalJson(rawForm(outputs))));
  }
  return folder;
}

describe('a run folder', () => {
  it('gives what arrived, the sources, and where the environment was', () => {
    const store = temporaryStore();
    finished(store, RUN, CELLS);
    const side = loadRunSide(store, RUN);
    const [first] = side.document;
    expect(side.document.map(({ id }) => id)).toEqual(['id0', 'id1']);
    expect(first && side.outputs(first)).toEqual([stdout('1\n')]);
    expect(first && side.source(first)).toBe('print(1)');
    expect(side.prefix).toMatch(/^\/.*\/env$/);
    finished(store, REPLAY, CELLS);
    expect(judge(side, [loadRunSide(store, REPLAY)]).verdict).toBe('identical');
  });

  it('without an executed copy gives what the agent kept', () => {
    const store = temporaryStore();
    const folder = finished(store, RUN, CELLS);
    const address = (at: string): CellSpec[] => [{ code: 'o', outputs: [stdout(`<o at ${at}>`)] }];
    finished(store, REPLAY, address('0x7f01'));
    rmSync(path.join(store.runFolder(REPLAY), 'executed.ipynb'));
    finished(store, '20260103-000000-aaaaaa', address('0x7f02'));
    const sides = [loadRunSide(store, REPLAY), loadRunSide(store, '20260103-000000-aaaaaa')] as const;
    expect(judge(sides[0], [sides[1]]).verdict).toBe('canonical');
    writeFileSync(path.join(folder, 'executed.ipynb'), '{"cells": [');
    const [first] = loadRunSide(store, RUN).document;
    expect(first && loadRunSide(store, RUN).outputs(first)).toEqual([stdout('1\n')]);
  });

  it('whose executed copy was edited is never good', () => {
    const store = temporaryStore();
    const folder = finished(store, RUN, CELLS);
    finished(store, REPLAY, CELLS);
    const file = path.join(folder, 'executed.ipynb');
    writeFileSync(file, readFileSync(file, 'utf8').replace('1\\n', '2\\n'));
    const judgement = judge(loadRunSide(store, RUN), [loadRunSide(store, REPLAY)]);
    expect(judgement.verdict).toBe('unverifiable');
    expect(judgement.firstDivergence).toEqual({ index: 0, id: 'id0' });
  });

  it('whose last record line was changed is never good', () => {
    const store = temporaryStore();
    const folder = finished(store, RUN, CELLS);
    finished(store, REPLAY, CELLS);
    const file = path.join(folder, 'record.jsonl');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"skipped":[]', '"skipped": []'));
    const judgement = judge(loadRunSide(store, RUN), [loadRunSide(store, REPLAY)]);
    expect(judgement.verdict).toBe('unverifiable');
    expect(judgement.causes[0]?.summary).toContain('line 4 of the record was changed');
  });
});

describe('an executed notebook', () => {
  it('is compared with a run by its outputs', () => {
    const store = temporaryStore();
    finished(store, RUN, CELLS);
    const file = path.join(store.root, 'study.ipynb');
    writeFileSync(file, notebook(CELLS));
    const saved = loadNotebookSide(file, 'study.ipynb');
    expect(judge(saved, [loadRunSide(store, RUN)])).toMatchObject({
      verdict: 'identical',
      original: 'study.ipynb',
    });
    writeFileSync(file, notebook([CELLS[0] as CellSpec, { code: 'plot()', outputs: [stdout('x')] }]));
    expect(judge(loadNotebookSide(file), [loadRunSide(store, RUN)]).firstDivergence?.index).toBe(1);
  });

  it('has no outputs where it was not executed', () => {
    const file = path.join(temporaryStore().root, 'study.ipynb');
    writeFileSync(file, notebook([{ code: 'x = 1', skipped: true }, { code: 'y = 1' }]));
    const side = loadNotebookSide(file);
    expect(side.document.map((cell) => side.outputs(cell))).toEqual([undefined, []]);
  });
});
