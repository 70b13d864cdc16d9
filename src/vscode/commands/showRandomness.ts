import type { EntropyUse } from '../../lineage/record';
import { plural } from '../../replay/words';
import type { Choice, Command, Editor, Heading, NotebookFile, Place } from '../editor';
import { type Draw, drawsOf, type RunState } from '../follow/state';
import { newestRun } from '../newest';

/** Lists the randomness that the newest run used, worst first; each entry leads to its line. */
export const showRandomness: Command = {
  id: 'reprise.showRandomness',
  async run(editor) {
    const found = await newestRun(editor);
    if (found === undefined) return;
    const { notebook, run } = found;
    const chosen = await editor.pick(titleOf(notebook, run), [...sources(run), ...further(run)]);
    if (chosen !== undefined) await chosen.go(editor, notebook);
  },
};

type Step = { go(editor: Editor, notebook: NotebookFile): Promise<void> };

const HEADINGS: readonly [EntropyUse['reach'], string][] = [
  ['unreached', 'no seed reached'],
  ['enforced', 'repeatable because Reprise seeded it'],
  ['seeded', 'seeded by the notebook'],
];

function titleOf({ name }: NotebookFile, run: RunState): string {
  const count = HEADINGS.reduce((sum, [reach]) => sum + drawsOf(run, reach).length, 0);
  return count === 0 ? `${name} used no randomness in its last run` : `Randomness in the last run of ${name}`;
}

function sources(run: RunState): (Choice<Step> | Heading)[] {
  return HEADINGS.flatMap(([reach, heading]) => {
    const draws = drawsOf(run, reach);
    return draws.length === 0 ? [] : [{ heading }, ...draws.map(choiceOf)];
  });
}

function choiceOf({ source, count, at }: Draw): Choice<Step> {
  const line = at.line === undefined ? '' : `, line ${at.line}`;
  return {
    label: source,
    description: `cell ${at.index}${line}, ${plural(count, 'draw')}`,
    value: { go: (editor, notebook) => editor.reveal(notebook.uri, at satisfies Place) },
  };
}

function further(run: RunState): (Choice<Step> | Heading)[] {
  const command = (label: string, id: string): Choice<Step> => ({
    label,
    value: { go: (editor) => editor.execute(id) },
  });
  const replay = run.verdict === undefined ? 'Replay Here' : 'Replay Again';
  return [
    { heading: 'Reprise' },
    command(replay, 'reprise.replayHere'),
    command('Show Report', 'reprise.showReport'),
    command('Select Policy…', 'reprise.selectPolicy'),
    command('Set Seed…', 'reprise.setSeed'),
  ];
}
