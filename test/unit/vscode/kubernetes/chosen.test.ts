/** Which run of the tree *Replays* a command is about, and what it then does. */
import { expect, it } from 'vitest';
import { type RowKind, rowOf } from '../../../../src/vscode/kubernetes/rows';
import { call, FakeEditor } from '../fakeEditor';
import { NOW, RUN } from './sent';

const COMMANDS = [
  ['reprise.attach', 'Attach to', ['open'], `follow ${RUN}`],
  ['reprise.deleteRun', 'Take away from the cluster', ['judged', 'ended'], `take away ${RUN}`],
  ['reprise.openClusterReport', 'Report of', ['judged'], `report ${RUN} in .`],
  ['reprise.copyRunId', 'Copy the id of', ['followed', 'open', 'judged', 'ended'], `copied ${RUN}`],
] as const;
const KINDS: RowKind[] = ['followed', 'open', 'judged', 'ended'];
const CANCEL =
  'It ends in the cluster, and what it computed so far is lost. Its sources are kept here. [Cancel Run]';

/** A run of each kind, newest first; each notebook is named by it. */
function editorWithRuns(kinds: readonly RowKind[] = KINDS): FakeEditor {
  const editor = new FakeEditor();
  editor.rows = kinds.map((kind) => {
    const state = { root: editor.folder, run: RUN, notebook: `${kind}.ipynb`, submittedAt: NOW };
    const row = rowOf(
      { ...state, stage: 'cleaned', status: 'ok', isFollowedElsewhere: false },
      undefined,
      NOW,
    );
    return { ...row, kind };
  });
  return editor;
}

it.each(COMMANDS)('%s does it to the row that it is called on', async (id, _title, _kinds, does) => {
  const editor = new FakeEditor();
  editor.row = { root: editor.folder, run: RUN };
  expect(await call(id, editor)).toEqual([does]);
});

it.each(COMMANDS)('%s asks which, of those that it can be done to', async (id, title, kinds, does) => {
  const editor = editorWithRuns();
  const rows = kinds.map((kind) => `${kind}.ipynb | run · ran to its end · now`);
  const list = [title, ...rows].join('\n');
  expect(await call(id, editor, `${kinds[0]}.ipynb`)).toEqual([list, does]);
  // Who leaves has nothing done.
  expect((await call(id, editor)).slice(2)).toEqual([list]);
});

it.each(COMMANDS)('%s says so where there is none', async (id, _title, kinds) => {
  const editor = editorWithRuns(KINDS.filter((kind) => !(kinds as readonly RowKind[]).includes(kind)));
  expect(await call(id, editor)).toEqual([
    'information: There is no such run of this workspace in a cluster. []',
  ]);
});

it.each([
  [['Cancel Run'], [`cancel ${RUN}`]],
  [[], []],
])('a run is cancelled by who confirms it: %j', async (answers, does) => {
  const editor = new FakeEditor();
  editor.row = { root: editor.folder, run: RUN };
  const question = `Cancel run ${RUN}? ${CANCEL}`;
  expect(await call('reprise.cancelRun', editor, ...answers)).toEqual([question, ...does]);
});
