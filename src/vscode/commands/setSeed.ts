import type { Choice, Command, Editor } from '../editor';
import { chooseSetting } from '../choosing';

/** Chooses between fresh entropy for each run and one seed for all; kept in the notebook's sidecar. */
export const setSeed: Command = {
  id: 'reprise.setSeed',
  async run(editor) {
    await chooseSetting(editor, async (notebook, { seed }) => {
      const kind = await editor.pick(`Seed of ${notebook.name}`, choices(seed));
      if (kind === undefined) return undefined;
      const chosen = kind === 'fresh' ? kind : await askForInteger(editor, notebook.name, seed);
      if (chosen === undefined) return undefined;
      return { seed: chosen, words: chosen === 'fresh' ? 'fresh entropy' : `seed ${chosen}` };
    });
  },
};

function choices(present: 'fresh' | number): Choice<'fresh' | 'fixed'>[] {
  const now = (isPresent: boolean) => (isPresent ? { description: 'now' } : {});
  return [
    {
      label: 'Fresh',
      ...now(present === 'fresh'),
      detail: 'drawn and recorded for each run: first runs differ, and every run can be had again',
      value: 'fresh',
    },
    {
      label: 'Fixed integer…',
      ...now(present !== 'fresh'),
      detail: 'the same for each run',
      value: 'fixed',
    },
  ];
}

async function askForInteger(
  editor: Editor,
  name: string,
  seed: 'fresh' | number,
): Promise<number | undefined> {
  const typed = await editor.input({
    title: `Seed of ${name}`,
    prompt: 'An integer. Every run of the notebook then draws the same.',
    value: seed === 'fresh' ? '' : String(seed),
    problem: (text) => (integerIn(text) === undefined ? whatIsWrong(text) : undefined),
  });
  return typed === undefined ? undefined : integerIn(typed);
}

function integerIn(text: string): number | undefined {
  const trimmed = text.trim();
  const value = Number(trimmed);
  // `-0` and `0` would be two seeds in the file and one in Python.
  return /^-?\d+$/.test(trimmed) && Number.isSafeInteger(value) ? value + 0 : undefined;
}

function whatIsWrong(text: string): string {
  if (text.trim() === '') return 'Type an integer, such as 7.';
  if (!/^-?\d+$/.test(text.trim())) return `"${text.trim()}" is no integer. Type one, such as 7.`;
  return `The integer must lie between -${Number.MAX_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}.`;
}
