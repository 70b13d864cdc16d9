/** The check list before a run on a cluster, and who is asked before it is sent. */
import { describe, expect, it } from 'vitest';
import type { Check } from '../../../../src/cluster/preflight';
import { checkListText, isReady } from '../../../../src/vscode/kubernetes/checking';
import { FakeEditor } from '../fakeEditor';
import { HOSTILE } from './sent';

const GOOD: Check[] = [
  { what: 'cluster', state: 'good', words: 'https://lab answers, namespace a' },
  { what: 'rights', state: 'good', words: 'every right that a run needs is there' },
];
const NOTE: Check = { what: 'inputs', state: 'note', words: 'not sent: big.csv (too big)' };
const NO_RIGHTS: Check = {
  what: 'rights',
  state: 'bad',
  words: 'In namespace a you may not create jobs',
  fix: 'Ask whoever runs the cluster.',
};
const FORECAST: Check = {
  what: 'forecast',
  state: 'note',
  words: 'Different is to be expected: numpy 1, not 2.',
};
const PROGRESS = 'progress Checking what study.ipynb needs in the cluster';
const QUESTION =
  'warning: study.ipynb: Different is to be expected: numpy 1, not 2. Nothing was sent yet. [Send All the Same] [Show Checks]';

function checking(checks: Check[], then = ''): FakeEditor {
  const editor = new FakeEditor();
  editor.program(`event({ event: 'preflight', checks: ${JSON.stringify(checks)} }); ${then}`);
  return editor;
}

function ready(editor: FakeEditor, ...answers: string[]): Promise<boolean> {
  editor.answers = answers;
  const sending = { command: 'reprise.runOnKubernetes', args: ['run', 'x'], folder: editor.folder } as const;
  return isReady(editor, editor.front!, { ...sending, args: [...sending.args] });
}

describe('the list', () => {
  it('says what was found, to the ear too, and what to do', () => {
    expect(checkListText('study.ipynb', [GOOD[0]!, NOTE, NO_RIGHTS])).toBe(
      `# Preflight of study.ipynb

Nothing was sent: 1 check of 3 found what would stop it.

- ✓ cluster (good): https://lab answers, namespace a.
- · inputs (note): not sent: big.csv (too big).
- ✗ rights (stops it): In namespace a you may not create jobs.
  What to do: Ask whoever runs the cluster.
`,
    );
    expect(checkListText('study.ipynb', GOOD)).toContain('\n\nNothing stops it. Nothing was sent yet.\n\n');
  });

  it.each([
    ['what turns text', HOSTILE, 'a b [31m c d'],
    ['lines', 'a.csv\n\n# All is well.', 'a.csv # All is well'],
    ['links', '[a](command:b)', '[a] (command:b)'],
    ['tags', '<b>', '\\<b>'],
  ])('keeps %s within its line', (_, words, shown) => {
    const text = checkListText(words, [{ what: 'inputs', state: 'note', words, fix: words }]);
    expect(text.split('\n')).toEqual([
      expect.stringContaining(`# Preflight of ${shown}`),
      '',
      'Nothing stops it. Nothing was sent yet.',
      '',
      `- · inputs (note): ${shown}.`,
      expect.stringContaining(`  What to do: ${shown}`),
      '',
    ]);
  });
});

describe('before it is sent', () => {
  it('nothing is asked where all is good; the log has each check', async () => {
    const editor = checking([...GOOD, NOTE, { what: 'forecast', state: 'good', words: 'Same' }]);
    expect(await ready(editor)).toBe(true);
    expect(editor.done).toEqual([PROGRESS]);
    expect(editor.lines).toEqual([
      'cluster: https://lab answers, namespace a',
      'rights: every right that a run needs is there',
      'inputs: not sent: big.csv (too big)',
      'forecast: Same',
    ]);
  });

  it.each([
    [['Send All the Same'], true],
    [['Show Checks', 'Send All the Same'], true],
    [['Show Checks'], false],
    [[], false],
  ])('a forecast that is not good is asked about; after %j it is sent: %s', async (answers, isSent) => {
    const editor = checking([...GOOD, FORECAST]);
    expect(await ready(editor, ...answers)).toBe(isSent);
    const list = expect.stringMatching(
      /^Preflight of study\.ipynb\n\[Check Again\]\(reprise\.runOnKubernetes\)\n# Preflight/,
    ) as unknown;
    const hasLooked = answers[0] === 'Show Checks';
    expect(editor.done).toEqual(hasLooked ? [PROGRESS, QUESTION, list, QUESTION] : [PROGRESS, QUESTION]);
  });

  it('what stops it is shown, with the role that is missing', async () => {
    const message = 'Nothing was sent. In namespace a you may not create jobs.';
    const error = { schema: 'reprise/error/0', reason: 'forbidden', message };
    const editor = checking([GOOD[0]!, NO_RIGHTS], `print(${JSON.stringify(error)}); process.exitCode = 5;`);
    expect(await ready(editor, 'Show Role')).toBe(false);
    expect(editor.done).toEqual([
      PROGRESS,
      expect.stringContaining('\n[Check Again](reprise.runOnKubernetes) [Show Role](reprise.showRole)\n#'),
      `error: study.ipynb: ${message} [Show Role]`,
      'command reprise.showRole',
    ]);
    expect(editor.lines).toContain('error: rights: In namespace a you may not create jobs');
  });

  it('what fails before any check is told without a list', async () => {
    const editor = new FakeEditor();
    editor.program(`console.error('The cluster is gone.'); process.exitCode = 5;`);
    expect(await ready(editor)).toBe(false);
    expect(editor.done).toEqual([PROGRESS, 'error: study.ipynb: The cluster is gone. [Show Log]']);
  });

  it('who cancels the checks is told nothing', async () => {
    const editor = checking([], 'setInterval(() => {}, 1000);');
    editor.cancellation.abort();
    expect(await ready(editor)).toBe(false);
    expect(editor.done).toEqual([PROGRESS]);
  });
});
