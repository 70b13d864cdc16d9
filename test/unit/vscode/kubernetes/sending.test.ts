/** *Run* and *Replay on Kubernetes* from the button until the run has ended, or the user looks away. */
import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../../../src/vscode/follow/state';
import { call, type FakeEditor } from '../fakeEditor';
import { ORIGINAL, stateAfter } from '../recorded';
import { editorWith } from './clusters';
import { IMAGE, RUN } from './sent';

const NOTEBOOK = { profiles: [{ name: 'team', image: IMAGE }] };
const PROGRESS = 'progress Running study.ipynb on Kubernetes';
const QUESTION =
  'information: study.ipynb goes on in the cluster. Leave it running, and the verdict comes when it has ended; ' +
  'or cancel it, and what it computed so far is lost. [Leave It Running] [Cancel It]';
const SENT = `print({ run: '${RUN}' });`;

/** @param detached what the program does when it sends; all checks are good */
function sending(detached = SENT): FakeEditor {
  return editorWith({ notebook: NOTEBOOK }, `if (has('--detach')) { ${detached} }`);
}

/** What was done once the place was chosen. */
async function send(editor: FakeEditor, ...answers: string[]): Promise<string[]> {
  const done = await call('reprise.runOnKubernetes', editor, 'team', ...answers);
  return done.slice(3);
}

/** Looks away as soon as the run is followed, which then never ends. */
function lookingAway(editor: FakeEditor): void {
  const runs = { ...editor.clusterRuns };
  editor.clusterRuns.follow = async (ref, onLive) => {
    await runs.follow(ref, onLive);
    editor.cancellation.abort();
    return new Promise(() => undefined);
  };
}

it('sends the notebook and follows it to its end', async () => {
  const editor = sending(`event({ event: 'notice', notice: 'The image is pulled.' }); ${SENT}`);
  editor.liveRun = { cell: { index: 4, number: 2, of: 3 } };
  expect(await send(editor)).toEqual([PROGRESS, `follow ${RUN}`]);
  expect(editor.progress).toEqual([
    ['sending …', 0],
    ['cell 4 (2 of 3)', 1 / 3],
  ]);
  const file = `${editor.folder}/study.ipynb`;
  expect(editor.lines).toEqual([
    `reprise run ${file} --target kubernetes --profile team`,
    'The image is pulled.',
  ]);
});

it('says what is waited for until a cell runs', async () => {
  const editor = sending();
  editor.liveRun = { notice: 'No node has a free GPU.' };
  await send(editor);
  expect(editor.progress.at(-1)).toEqual(['No node has a free GPU.', 0]);
});

it('replays the newest run, and says so', async () => {
  const editor = sending();
  editor.found = { ...DEFAULTS, run: stateAfter('original', ORIGINAL) };
  const done = await call('reprise.replayOnKubernetes', editor, 'team');
  expect(done.slice(-2)).toEqual(['progress Replaying study.ipynb on Kubernetes', `follow ${RUN}`]);
  expect(editor.lines).toEqual([`reprise replay ${ORIGINAL} --target kubernetes --profile team`]);
});

it('sends nothing to a place that was not chosen', async () => {
  const editor = sending();
  expect(await call('reprise.runOnKubernetes', editor)).toHaveLength(2);
  expect(editor.lines).toEqual([]);
});

describe('who looks away', () => {
  it.each([
    ['leaves it running', ['Leave It Running'], []],
    ['dismisses the question, and it goes on', [], []],
    ['cancels it', ['Cancel It'], [`cancel ${RUN}`]],
  ])('%s', async (_, answers, then) => {
    const editor = sending();
    lookingAway(editor);
    expect(await send(editor, ...answers)).toEqual([PROGRESS, `follow ${RUN}`, QUESTION, ...then]);
  });

  it('while it is being sent has it sent whole, and is asked then', async () => {
    const editor = sending(`
      process.on('SIGINT', () => process.exit(130));
      event({ event: 'notice', notice: 'Half of it is there.' });
      setTimeout(() => print({ run: '${RUN}' }), 300);
    `);
    const log = { ...editor.log };
    editor.log.info = (text) => {
      log.info(text);
      if (text.startsWith('Half')) editor.cancellation.abort();
    };
    editor.clusterRuns.follow = () => new Promise(() => undefined);
    expect(await send(editor, 'Cancel It')).toEqual([PROGRESS, QUESTION, `cancel ${RUN}`]);
  });
});

describe('what could not be sent', () => {
  const failing = `print({ schema: 'reprise/error/0', reason: 'no-kubeconfig', message: 'Gone.' }); process.exitCode = 5;`;

  it.each([
    [failing, 'error: study.ipynb: Gone. [Open Terminal]'],
    ['', 'information: study.ipynb: It ended with exit code 0 and said nothing. [Show Log]'],
    ['print({ run: 7 })', 'information: study.ipynb: It ended with exit code 0 and said nothing. [Show Log]'],
  ])('is told, and followed nowhere: %s', async (script, told) => {
    expect(await send(sending(script))).toEqual([PROGRESS, told]);
  });

  it('is told where a button fails too', async () => {
    const editor = sending(failing);
    editor.execute = () => Promise.reject(new Error('No terminal.'));
    await send(editor, 'Open Terminal');
    await expect.poll(() => editor.lines.at(-1)).toBe('error: Error: No terminal.');
  });
});

it('an end that could not be told is told as a failure', async () => {
  const editor = sending();
  editor.clusterRuns.follow = () => Promise.reject(new Error('The window is gone.'));
  expect(await send(editor)).toEqual([
    PROGRESS,
    'error: Reprise failed: The window is gone. What was recorded is kept. [Show Log]',
  ]);
});
