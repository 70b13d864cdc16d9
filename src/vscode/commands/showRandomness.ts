import type { EntropyUse } from '../../lineage/record';
import { plural } from '../../replay/words';
import type { Choice, Command, Editor, Heading, ListedFinding, NotebookRef, Place } from '../editor';
import { type Draw, drawsOf, type RunState } from '../follow/state';
import { offerRun } from '../newest';

/** Lists the randomness that the newest run used, worst first, and what lint finds; each entry leads to its line. */
export const showRandomness: Command = {
  id: 'reprise.showRandomness',
  async run(editor) {
    const shown = editor.script() ?? editor.notebook();
    if (shown === undefined) return;
    await editor.runs.refresh(shown.uri);
    const { run } = editor.runs.stateOf(shown.uri);
    const found = editor.lint.listOf(shown.uri);
    const isScript = editor.script() !== undefined;
    if (run === undefined && found.length === 0 && !isScript)
      return offerRun(editor, `${shown.name} has no recorded run yet.`);
    const next = isScript ? [] : further(run);
    const choices = [...(run === undefined ? [] : sources(run)), ...findings(found, isScript), ...next];
    const chosen = await editor.pick(titleOf(shown, run, found), choices);
    if (chosen !== undefined) await chosen.go(editor, shown);
  },
};

type Step = { go(editor: Editor, shown: NotebookRef): Promise<void> };

const HEADINGS: readonly [EntropyUse['reach'], string][] = [
  ['unreached', 'no seed reached'],
  ['enforced', 'repeatable because Reprise seeded it'],
  ['seeded', 'seeded by the notebook'],
];

function titleOf({ name }: NotebookRef, run: RunState | undefined, found: readonly ListedFinding[]): string {
  if (run === undefined)
    return found.length === 0 ? `Nothing in ${name} looks random` : `What may differ in ${name}`;
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
  return {
    label: source,
    description: `${placeWords(at)}, ${plural(count, 'draw')}`,
    value: leadingTo(at),
  };
}

function findings(found: readonly ListedFinding[], isScript: boolean): (Choice<Step> | Heading)[] {
  if (found.length === 0) return [];
  const choices = found.map(({ text, message, at }): Choice<Step> => {
    const description = isScript ? `line ${at.line}` : placeWords(at);
    return { label: text, description, detail: message, value: leadingTo(at) };
  });
  return [{ heading: 'found by reading, without a run' }, ...choices];
}

function placeWords({ index, line }: Place): string {
  return line === undefined ? `cell ${index}` : `cell ${index}, line ${line}`;
}

function leadingTo(at: Place): Step {
  return { go: (editor, { uri }) => editor.reveal(uri, at) };
}

function further(run: RunState | undefined): (Choice<Step> | Heading)[] {
  const command = (label: string, id: string): Choice<Step> => ({
    label,
    value: { go: (editor) => editor.execute(id) },
  });
  const after = (verdict: RunState['verdict']): Choice<Step>[] => [
    command(verdict === undefined ? 'Replay Here' : 'Replay Again', 'reprise.replayHere'),
    command('Show Report', 'reprise.showReport'),
  ];
  return [
    { heading: 'Reprise' },
    ...(run === undefined ? [command('Run and Record All', 'reprise.runAll')] : after(run.verdict)),
    command('Select Policy…', 'reprise.selectPolicy'),
    command('Set Seed…', 'reprise.setSeed'),
  ];
}
