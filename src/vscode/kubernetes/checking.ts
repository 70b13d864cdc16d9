/** The preflight of a run on a cluster, as a check list. */
import type { Check } from '../../cluster/preflight';
import { plural } from '../../replay/words';
import type { CommandId } from '../commands/ids';
import type { Editor, NotebookFile, TextAction } from '../editor';
import { inline } from './inline';
import { tellTrouble } from './trouble';

export type Sending = {
  /** The command that began it, to be called again. */
  command: CommandId;
  /** Subcommand and what it is about. */
  args: string[];
  folder: string;
};

/** @returns whether it can be sent: nothing stops it, and the user does not mind what is expected of it */
export async function isReady(editor: Editor, notebook: NotebookFile, sending: Sending): Promise<boolean> {
  const { name } = notebook;
  let checks: readonly Check[] = [];
  const ended = await editor.withProgress(`Checking what ${name} needs in the cluster`, (_, signal) =>
    editor.commandLine.run({
      args: [...sending.args, '--preflight'],
      folder: sending.folder,
      onEvent: (event) => {
        if (event.event === 'preflight') checks = event.checks;
      },
      onSaid: (line) => editor.log.info(line),
      signal,
    }),
  );
  for (const { state, what, words } of checks) editor.log[LEVELS[state]](`${what}: ${words}`);
  if (ended.code !== 0) {
    if (checks.some(({ state }) => state === 'bad')) await showChecks(editor, notebook, sending, checks);
    await tellTrouble(editor, notebook, ended);
    return false;
  }
  const forecast = checks.find(({ what, state }) => what === 'forecast' && state !== 'good');
  return forecast === undefined || confirm(editor, notebook, sending, { forecast, checks });
}

const LEVELS = { good: 'info', note: 'info', bad: 'error' } as const;
const GO = 'Send All the Same';
const SHOW = 'Show Checks';

async function confirm(
  editor: Editor,
  notebook: NotebookFile,
  sending: Sending,
  { forecast, checks }: { forecast: Check; checks: readonly Check[] },
): Promise<boolean> {
  const message = `${notebook.name}: ${forecast.words.replace(/\.$/, '')}. Nothing was sent yet.`;
  for (;;) {
    const pressed = await editor.notify('warning', message, GO, SHOW);
    if (pressed !== SHOW) return pressed === GO;
    await showChecks(editor, notebook, sending, checks);
  }
}

async function showChecks(
  editor: Editor,
  { name, uri }: NotebookFile,
  { command }: Sending,
  checks: readonly Check[],
): Promise<void> {
  const lacksRights = checks.some(({ what, state }) => what === 'rights' && state === 'bad');
  const actions: TextAction[] = [{ label: 'Check Again', command, notebook: uri }];
  if (lacksRights) actions.push({ label: 'Show Role', command: 'reprise.showRole', notebook: uri });
  await editor.showText(`Preflight of ${name}`, checkListText(name, checks), actions);
}

const MARKS = { good: '✓', note: '·', bad: '✗' };
const SPOKEN = { good: 'good', note: 'note', bad: 'stops it' };

export function checkListText(name: string, checks: readonly Check[]): string {
  const bad = checks.filter(({ state }) => state === 'bad').length;
  const verdict =
    bad === 0
      ? 'Nothing stops it. Nothing was sent yet.'
      : `Nothing was sent: ${plural(bad, 'check')} of ${checks.length} found what would stop it.`;
  const lines = checks.map(({ what, state, words, fix }) => {
    const line = `- ${MARKS[state]} ${what} (${SPOKEN[state]}): ${sentence(words)}`;
    return fix === undefined ? line : `${line}\n  What to do: ${inline(fix, LONGEST)}`;
  });
  return `# Preflight of ${inline(name)}\n\n${verdict}\n\n${lines.join('\n')}\n`;
}

/** As long as the command has it. */
const LONGEST = 4_000;

function sentence(words: string): string {
  return `${inline(words, LONGEST).replace(/\.$/, '')}.`;
}
