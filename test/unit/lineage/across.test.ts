import { describe, expect, it } from 'vitest';
import { lineageAcross, lineageOfFile, MOST_RUNS } from '../../../src/lineage/across';
import { chains } from '../../../src/lineage/draw';
import type { LineageDocument } from '../../../src/lineage/graph';
import { StoreLineages } from '../../../src/lineage/index/open';
import type { Store } from '../../../src/lineage/store';
import { read, type CellSpec, type RunSpec, sha, wrote } from '../replay/build';
import { temporaryStore, writeRun } from './build';

/** A pipeline over three notebooks: each run reads what the one before it wrote. */
const PREPARE = (version: string): CellSpec[] => [
  { files: [read('raw.csv', 'raw')], writes: ['raw'] },
  { readDigests: { raw: sha('raw') }, files: [wrote('clean.csv', version)] },
];
const TRAIN = (version: string, model: string): CellSpec[] => [
  { files: [read('clean.csv', version)], writes: ['df'] },
  { readDigests: { df: sha('df') }, writes: ['model'], files: [wrote('model.pkl', model)] },
];
const REPORT = (model: string): CellSpec[] => [
  { files: [read('model.pkl', model)], writes: ['model'] },
  { readDigests: { model: sha('model') }, writes: ['accuracy'] },
];

const run = (day: number): string => `202601${String(day).padStart(2, '0')}-000000-aaaaaa`;

function add(store: Store, day: number, notebook: string, cells: CellSpec[], spec: RunSpec = {}): void {
  const startedAt = `2026-01-${String(day).padStart(2, '0')}T00:00:00.000Z`;
  const timed = cells.map((cell) => ({ startedAt, ...cell }));
  writeRun(store, run(day), timed, { ...spec, header: { notebook, startedAt, ...spec.header } });
}

function pipeline(): Store {
  const store = temporaryStore();
  add(store, 1, 'prepare.ipynb', PREPARE('old'));
  add(store, 2, 'train.ipynb', TRAIN('old', 'm1'));
  add(store, 3, 'prepare.ipynb', PREPARE('new'));
  add(store, 4, 'train.ipynb', TRAIN('new', 'm2'));
  add(store, 5, 'report.ipynb', REPORT('m2'));
  return store;
}

function asked<T>(store: Store, ask: (lineages: StoreLineages) => T): T {
  const lineages = new StoreLineages(store);
  try {
    return ask(lineages);
  } finally {
    lineages.close();
  }
}

const upstreamOf = (store: Store, day: number, variable: string): LineageDocument =>
  asked(store, (lineages) => lineageAcross(lineages, { run: run(day), from: { variable } }, 'upstream'));

describe('lineage from run to run', () => {
  it('goes through the versions of files that were read to the runs that wrote them', () => {
    const document = upstreamOf(pipeline(), 5, 'accuracy');
    expect(document.runs).toEqual([run(5), run(4), run(3)]);
    expect(document.notebooks).toEqual({
      [run(5)]: 'report.ipynb',
      [run(4)]: 'train.ipynb',
      [run(3)]: 'prepare.ipynb',
    });
    const accuracy = document.nodes.filter((node) => node.kind === 'variable' && node.name === 'accuracy');
    const text = chains(document, accuracy, 'upstream').map((line) => line.trim().split('  ')[0]);
    expect(text).toEqual([
      'accuracy ← report.ipynb cell 1 ← model',
      `model ← report.ipynb cell 0 ← model.pkl ${sha('m2').slice(0, 8)}…`,
      `model.pkl ${sha('m2').slice(0, 8)}… ← train.ipynb cell 1 ← df`,
      `df ← train.ipynb cell 0 ← clean.csv ${sha('new').slice(0, 8)}…`,
      `clean.csv ${sha('new').slice(0, 8)}… ← prepare.ipynb cell 1 ← raw`,
      `raw ← prepare.ipynb cell 0 ← raw.csv ${sha('raw').slice(0, 8)}…`,
    ]);
  });

  it('goes on to all runs that read what was written, and to what they wrote', () => {
    const document = asked(pipeline(), (lineages) =>
      lineageAcross(lineages, { run: run(1), from: { cell: 0 } }, 'downstream'),
    );
    expect(document.runs).toEqual([run(2), run(1)]);
    expect(document.nodes.some((node) => node.kind === 'file' && node.sha256 === sha('m1'))).toBe(true);
  });

  it('names as origin who had last written the version before it was read', () => {
    const store = pipeline();
    add(store, 6, 'train.ipynb', TRAIN('new', 'm2'));
    add(store, 7, 'report.ipynb', REPORT('m2'));
    expect(upstreamOf(store, 5, 'accuracy').runs).toEqual([run(5), run(4), run(3)]);
    expect(upstreamOf(store, 7, 'accuracy').runs).toEqual([run(7), run(6), run(3)]);
  });

  it('takes no replay for an origin, as what it writes is put back', () => {
    const store = temporaryStore();
    add(store, 1, 'train.ipynb', TRAIN('new', 'm1'));
    add(store, 2, 'train.ipynb', TRAIN('new', 'm1'), { header: { replayOf: run(1) } });
    add(store, 3, 'report.ipynb', REPORT('m1'));
    expect(upstreamOf(store, 3, 'accuracy').runs).toEqual([run(3), run(1)]);
  });

  it('stays in the run that had written the version itself', () => {
    const store = temporaryStore();
    add(store, 1, 'train.ipynb', TRAIN('new', 'm1'));
    add(store, 2, 'all.ipynb', [{ files: [wrote('model.pkl', 'm1')] }, ...REPORT('m1')]);
    expect(upstreamOf(store, 2, 'accuracy').runs).toEqual([run(2)]);
  });

  it('says of a file who wrote and read it, what it came from and what depends on it', () => {
    const store = pipeline();
    asked(store, (lineages) => {
      const touches = lineages.touches({ sha256: [sha('new')] });
      expect(touches.map(({ run: each, mode, notebook }) => [each, mode, notebook])).toEqual([
        [run(3), 'write', 'prepare.ipynb'],
        [run(4), 'read', 'train.ipynb'],
      ]);
      expect(lineageOfFile(lineages, touches, 'upstream').runs).toEqual([run(3)]);
      expect(lineageOfFile(lineages, touches, 'downstream').runs).toEqual([run(5), run(4)]);
    });
  });

  it('goes on from the last execution of a cell that read the file again and again', () => {
    const store = temporaryStore();
    add(store, 1, 'train.ipynb', TRAIN('new', 'm1'));
    add(store, 2, 'report.ipynb', REPORT('m1'), { order: [0, 1, 0, 1, 0, 1] });
    const document = asked(store, (lineages) =>
      lineageAcross(lineages, { run: run(1), from: { variable: 'model' } }, 'downstream'),
    );
    expect(document.runs).toEqual([run(1)]);
    const after = asked(store, (lineages) =>
      lineageAcross(lineages, { run: run(1), from: { cell: 1 } }, 'downstream'),
    );
    const cells = after.nodes.flatMap((node) =>
      node.kind === 'cell' && node.run === run(2) ? [node.seq] : [],
    );
    expect(cells).toEqual([4, 5]);
  });

  it('draws the newest of very many runs and counts the others', () => {
    const store = temporaryStore();
    add(store, 1, 'prepare.ipynb', PREPARE('new'));
    for (let day = 2; day < 31; day++) add(store, day, 'train.ipynb', TRAIN('new', `m${day}`));
    const document = asked(store, (lineages) =>
      lineageAcross(lineages, { run: run(1), from: { cell: 0 } }, 'downstream'),
    );
    expect(document.runs).toHaveLength(MOST_RUNS);
    expect(document.runs[0]).toBe(run(30));
    expect(document.runsLeftOut).toBe(30 - MOST_RUNS);
  });
});

describe('a file that a run reads, and writes again as it was', () => {
  const chainOf = (cells: CellSpec[], variable: string): string[] => {
    const store = temporaryStore();
    add(store, 1, 'n.ipynb', cells);
    const document = upstreamOf(store, 1, variable);
    const from = document.nodes.filter((node) => node.kind === 'variable' && node.name === variable);
    return chains(document, from, 'upstream').map((line) => line.trim().split('  ')[0]!);
  };
  const cache = `cache ${sha('same').slice(0, 8)}…`;

  it('did not come from the cell that wrote it afterwards', () => {
    const cells = [
      { files: [read('cache', 'same')], writes: ['x'] },
      { writes: ['y'] },
      { readDigests: { y: sha('y') }, files: [wrote('cache', 'same')] },
    ];
    expect(chainOf(cells, 'x')).toEqual([`x ← n.ipynb cell 0 ← ${cache}`]);
  });

  it('came from the last cell that wrote it before', () => {
    const cells = [
      { files: [wrote('cache', 'same')] },
      { files: [wrote('cache', 'other')] },
      { files: [wrote('cache', 'same')] },
      { files: [read('cache', 'same')], writes: ['x'] },
      { files: [wrote('cache', 'same')] },
    ];
    expect(chainOf(cells, 'x').slice(0, 2)).toEqual([
      `x ← n.ipynb cell 3 ← ${cache}`,
      `${cache} ← n.ipynb cell 2`,
    ]);
  });

  it('leads to the runs that read it, whichever version of it they found', () => {
    const store = temporaryStore();
    const same = [{ files: [read('cache', 'same')] }, { files: [wrote('cache', 'same')] }];
    add(store, 1, 'n.ipynb', same);
    add(store, 2, 'm.ipynb', [{ files: [read('cache', 'same')], writes: ['z'] }]);
    const down = asked(store, (lineages) =>
      lineageAcross(lineages, { run: run(1), from: { cell: 1 } }, 'downstream'),
    );
    const cell = down.nodes.filter((node) => node.kind === 'cell' && node.run === run(1));
    expect(chains(down, cell, 'downstream').join(' ')).toMatch(
      /n\.ipynb cell 1 → cache .*m\.ipynb cell 0 → z/s,
    );
    expect(upstreamOf(store, 2, 'z').runs).toEqual([run(2), run(1)]);
  });
});
