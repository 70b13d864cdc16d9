/** Cells of which not everything was observed: none of them is called clean without a word. */
import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../src/lineage/read';
import type { CellLine } from '../../../src/lineage/record';
import { LiveNotebook, withOwnIds } from '../../../src/lineage/stale/live';
import type { CellState, SessionCell } from '../../../src/lineage/stale/state';
import { cellDigest } from '../../../src/notebook/digest';
import { sha } from '../replay/build';

class Notebook {
  private readonly live = new LiveNotebook();
  private seq = 0;

  constructor(private cells: SessionCell[]) {
    const run = '20260101-000000-aaaaaa';
    this.live.started({ run, seed: { value: '9f', from: 'fresh' }, policy: 'close', rng: 'per-session' });
  }

  ran(id: string, seen: Partial<CellLine>): this {
    const { source } = this.cells.find((cell) => cell.id === id)!;
    const line = withDefaults({
      type: 'cell',
      seq: this.seq++,
      id,
      execution: 1,
      status: 'ok',
      source: cellDigest(source),
      ...seen,
    });
    this.live.ran(line, source);
    return this;
  }

  delete(id: string): this {
    this.cells = this.cells.filter((cell) => cell.id !== id);
    return this;
  }

  state(id: string): CellState | undefined {
    return this.live.state(withOwnIds(this.cells)).cells[id];
  }
}

const cells = (...sources: string[]): SessionCell[] =>
  sources.map((source, at) => ({ id: 'abc'[at]!, type: 'code', source }));

describe('a value that is too large to be digested whole', () => {
  const sampled = { name: 'x', digest: sha('parts of it'), how: 'sampled' as const };
  const reads = { reads: ['x'], readDigests: { x: sampled.digest } };
  const made = (second: string): Notebook =>
    new Notebook(cells('x = [0] * 3_000_000', second, 'print(x[1_500_001])'))
      .ran('a', { writes: [sampled] })
      .ran('b', reads)
      .ran('c', reads);

  it('is assumed to be the same after a cell that changes it in place is gone', () => {
    const notebook = made('x[1_500_001] += 1');
    expect(notebook.state('c')).toEqual({ status: 'clean', reasons: [] });
    expect(notebook.delete('b').state('c')).toEqual({ status: 'clean', reasons: [], assumed: ['x'] });
  });

  it('is the same after a cell that only looked at it', () => {
    const notebook = made('print(len(x))').delete('b');
    expect(notebook.state('c')).toEqual({ status: 'clean', reasons: [] });
  });
});

it('two files of one name in two folders outside the root are two files', () => {
  const read = (digest: string, place: string): CellLine['files'] => [
    { path: 'labels.csv', mode: 'read', sha256: sha(digest), outside: true, place, attribution: 'exact' },
  ];
  const notebook = new Notebook(cells('train = load(TRAIN)', 'test = load(TEST)'))
    .ran('a', { files: read('of training', '0123456789abcdef') })
    .ran('b', { files: read('of the test', 'fedcba9876543210') });
  expect(notebook.state('a')?.status).toBe('clean');
  notebook.ran('b', { execution: 2, files: read('another', 'fedcba9876543210') });
  notebook.ran('a', { execution: 2, files: read('of training', '0123456789abcdef') });
  expect([notebook.state('a')?.status, notebook.state('b')?.status]).toEqual(['clean', 'clean']);
  notebook.ran('a', { execution: 3, files: read('changed', 'fedcba9876543210') });
  expect(notebook.state('b')?.reasons).toEqual([{ type: 'input-changed', file: 'labels.csv' }]);
});

it('a cell whose variables could not be followed is stale when any variable is another', () => {
  const value = (text: string): CellLine['writes'] => [{ name: 'n', digest: sha(text), how: 'exact' }];
  const notebook = new Notebook(cells('n = 1', 'print(n)'))
    .ran('a', { writes: value('1') })
    .ran('b', { faults: ['tracking variables: RuntimeError (variables.py:293)'] });
  expect(notebook.state('b')).toEqual({ status: 'clean', reasons: [] });
  notebook.ran('a', { execution: 2, writes: value('2') });
  expect(notebook.state('b')?.status).toBe('stale');
});

describe('a file that changes while a cell runs', () => {
  const read = { path: 'in.csv', mode: 'read', sha256: sha('one'), attribution: 'exact' } as const;
  const changed = (how: 'exact' | 'weak') =>
    ({ path: 'in.csv', mode: 'write', sha256: sha('two'), attribution: how }) as const;
  const made = (second: string, how: 'exact' | 'weak'): Notebook =>
    new Notebook(cells('rows = open("in.csv").read()', second))
      .ran('a', { files: [read], writes: [{ name: 'rows', digest: sha('rows'), how: 'exact' }] })
      .ran('b', { files: [changed(how)] });

  it('makes what read it stale where nothing says that the cell wrote it', () => {
    expect(made('model.fit(1)', 'weak').state('a')).toEqual({
      status: 'stale',
      reasons: [{ type: 'input-changed', file: 'in.csv' }],
    });
  });

  it('is the work of a cell that was seen to write it, or says so', () => {
    expect(made('model.fit(1)', 'exact').state('a')?.status).toBe('clean');
    expect(made('!sort -o in.csv in.csv', 'weak').state('a')?.status).toBe('clean');
  });

  it.each(['one', 'two'])(
    'and may be the work of the cell, is read from it by others: stale with it (%s)',
    (second) => {
      const wrote = (content: string, more: object = {}) =>
        ({ path: 'out.h5', mode: 'write', sha256: sha(content), attribution: 'weak', ...more }) as const;
      const readAs = (content: string) =>
        ({ path: 'out.h5', mode: 'read', sha256: sha(content), attribution: 'exact' }) as const;
      const n = (text: string) => [{ name: 'n', digest: sha(text), how: 'exact' as const }];
      const uses = { reads: ['n'], readDigests: { n: sha('1') } };
      const notebook = new Notebook(
        cells('n = read()', 'h5py.File("out.h5", "w")["x"] = n', 'rows = h5py.File("out.h5")["x"][()]'),
      )
        .ran('a', { writes: n('1') })
        .ran('b', { ...uses, files: [wrote('one', { created: true })] })
        .ran('c', { files: [readAs('one')] })
        .ran('b', { ...uses, files: [wrote(second)] })
        .ran('c', { files: [readAs(second)] });
      expect(notebook.state('c')?.status).toBe('clean');
      notebook.ran('a', { writes: n('2') });
      expect([notebook.state('b')?.status, notebook.state('c')?.status]).toEqual(['stale', 'stale']);
    },
  );

  it('and was there before, is read from the cell all the same', () => {
    const uses = { reads: ['n'], readDigests: { n: sha('1') } };
    const n = (text: string) => [{ name: 'n', digest: sha(text), how: 'exact' as const }];
    const notebook = new Notebook(
      cells('n = read()', 'h5py.File("in.csv", "a")["x"] = n', 'rows = h5py.File("in.csv")["x"][()]'),
    )
      .ran('a', { writes: n('1') })
      .ran('c', { files: [read] })
      .ran('b', { ...uses, files: [changed('weak')] })
      .ran('c', { files: [{ ...read, sha256: sha('two') }] });
    expect(notebook.state('c')?.status).toBe('clean');
    expect(notebook.ran('a', { writes: n('2') }).state('c')?.status).toBe('stale');
  });
});
