import { describe, expect, it } from 'vitest';
import { lineageOf } from '../../../../src/lineage/trace';
import { withStates } from '../../../../src/lineage/document';
import { DEFAULTS } from '../../../../src/vscode/follow/state';
import { ToyNotebook } from '../../lineage/toyKernel';
import { exact, record, sha } from '../../replay/build';
import { call, FakeEditor } from '../fakeEditor';
import { judgedState } from '../recorded';

const SOURCES = ['x = 1', 'y = x + 1', 'print(y)', 'z = 3'];

function editorWith(toy: ToyNotebook | undefined): FakeEditor {
  const editor = new FakeEditor();
  editor.found = { ...DEFAULTS, run: judgedState() };
  if (toy !== undefined) editor.toy = toy;
  return editor;
}

function ran(...sources: string[]): ToyNotebook {
  const toy = ToyNotebook.of(...sources);
  toy.runAll();
  return toy;
}

describe('Run Stale Cells', () => {
  it('runs the stale cells, and tells nothing: they are clean', async () => {
    const toy = ran(...SOURCES);
    toy.edit('c1', 'y = x + 5');
    expect(await call('reprise.runStale', editorWith(toy))).toEqual(['run cells c1, c2']);
    expect(toy.stale()).toEqual([]);
  });

  it('asks before it takes an empty kernel, and does nothing without a yes', async () => {
    const toy = ran(...SOURCES);
    toy.cells = toy.cells.slice(1);
    const question =
      'Restart the kernel of study.ipynb first? Only in an empty kernel do the stale cells find what a run from the top finds. Variables are lost; outputs and the record stay. [Restart and Run]';
    expect(await call('reprise.runStale', editorWith(toy))).toEqual([question]);
    expect(await call('reprise.runStale', editorWith(toy), 'Restart and Run')).toEqual([
      question,
      'restart file:///study.ipynb',
      'run cells c1, c2',
    ]);
  });

  it('stops where a cell raises', async () => {
    const toy = ran(...SOURCES);
    toy.edit('c1', 'y = nothing');
    expect(await call('reprise.runStale', editorWith(toy))).toEqual(['run cells c1, c2']);
  });

  it('says that nothing is stale, and leads to the graph', async () => {
    expect(await call('reprise.runStale', editorWith(ran(...SOURCES)), 'Show Lineage')).toEqual([
      'information: No cell of study.ipynb is stale. [Show Lineage]',
      'command reprise.showLineage',
    ]);
  });

  it('says that nothing is known before a cell has run', async () => {
    expect(await call('reprise.runStale', editorWith(undefined))).toEqual([
      'information: No cell of study.ipynb has run in a kernel yet, so which are stale is not known. [Run and Record All]',
    ]);
  });

  it('gives up where the same cells stay stale, and offers a run of all', async () => {
    const toy = ran(...SOURCES);
    toy.edit('c1', 'y = x + 5');
    const editor = editorWith(toy);
    editor.kernels.runCells = () => Promise.resolve(true);
    expect(await call('reprise.runStale', editor, 'Run and Record All')).toEqual([
      'warning: study.ipynb: still stale after they ran: cell 1, cell 2. A run of all cells from an empty kernel settles it. [Run and Record All]',
      'command reprise.runAll',
    ]);
  });
});

describe('Run Upstream', () => {
  it('runs what the cell rests on and the cell, and leaves other stale cells alone', async () => {
    const toy = ran(...SOURCES);
    toy.edit('c0', 'x = 2');
    toy.edit('c3', 'z = 4');
    expect(await call('reprise.runUpstream', editorWith(toy))).toEqual(['run cells c0, c1']);
    expect(toy.stale()).toEqual(['c2', 'c3']);
  });

  it('says that there is nothing to run', async () => {
    expect(await call('reprise.runUpstream', editorWith(ran(...SOURCES)))).toEqual([
      'information: Cell 1 and what it came from are not stale. [Show Lineage]',
    ]);
  });
});

/** The record of `SOURCES`, marked as the toy's cells stand. */
function documentOf(toy: ToyNotebook) {
  const one = { readDigests: { x: sha('1') } };
  const cells = [
    { id: 'c0', code: SOURCES[0]!, writes: [exact('x', '1')] },
    { id: 'c1', code: SOURCES[1]!, ...one, writes: [exact('y', '2')] },
    { id: 'c2', code: SOURCES[2]!, readDigests: { y: sha('2') } },
    { id: 'c3', code: SOURCES[3]!, writes: [exact('z', '3')] },
  ];
  const { header, cells: lines } = record(cells);
  const texts = new Map(lines.map(({ source }, at) => [source, SOURCES[at]!]));
  const document = lineageOf([{ header, cells: lines, sourceOf: (digest) => texts.get(digest) }]);
  return withStates(document, toy.state());
}

describe('Show What This Came From', () => {
  it('lists why the cell is stale, the cells before it and what else can be done', async () => {
    const toy = ran(...SOURCES);
    toy.edit('c0', 'x = 2');
    const editor = editorWith(toy);
    editor.document = documentOf(toy);
    const shown = await call('reprise.showUpstream', editor, 'Run Upstream');
    expect(shown[0]!.split('\n')).toEqual([
      'Cell 1 came from 1 cell',
      '– stale, because',
      'x comes from a stale cell (cell 0)',
      '– came from',
      'Cell 0: x = 1 | x · stale',
      '– Reprise',
      'Run Upstream',
      'Show Lineage',
    ]);
    expect(shown.slice(1)).toEqual(['command reprise.runUpstream {"cell":"cell:1"}']);
  });

  it('leads to the cell that is chosen', async () => {
    const toy = ran(...SOURCES);
    const editor = editorWith(toy);
    editor.document = documentOf(toy);
    const shown = await call('reprise.showUpstream', editor, 'Cell 0: x = 1');
    expect(shown.slice(1)).toEqual(['reveal cell 0 (c0)']);
  });

  it('follows a cell to where it was moved', async () => {
    const toy = ran(...SOURCES);
    const [x, y, ...rest] = toy.cells;
    toy.cells = [rest[0]!, y!, x!, rest[1]!];
    const editor = editorWith(toy);
    editor.document = documentOf(toy);
    const shown = await call('reprise.showUpstream', editor, 'Cell 2: x = 1');
    expect(shown.slice(1)).toEqual(['reveal cell 2 (c0)']);
  });
});

it('Show What Depends on This lists the cells behind it', async () => {
  const toy = ran(...SOURCES);
  const editor = editorWith(toy);
  editor.document = documentOf(toy);
  const shown = await call('reprise.showDownstream', editor);
  expect(shown[0]!.split('\n')).toEqual([
    '1 cell depends on cell 1',
    '– depends on this',
    'Cell 2: print(y) | y',
    '– Reprise',
    'Show Lineage',
  ]);
});

it('a cell that has not run leads to a run', async () => {
  const toy = ran(...SOURCES);
  const editor = editorWith(toy);
  const { nodes, ...document } = documentOf(toy);
  editor.document = { ...document, nodes: nodes.filter((node) => node.kind !== 'cell') };
  expect(await call('reprise.showDownstream', editor)).toEqual([
    'information: Cell 1 has not run in the newest run of study.ipynb. [Run and Record All]',
  ]);
});

it('Show Lineage shows the graph of the newest run', async () => {
  expect(await call('reprise.showLineage', editorWith(undefined))).toEqual(['lineage of study.ipynb']);
});
