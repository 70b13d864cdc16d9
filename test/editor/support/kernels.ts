import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { PYTHON } from '../../cli/support';
import { Editor, type EditorOptions } from './editor';
import { processesOf } from './folders';

/** How long a kernel's server waits here for its window to come back. */
export const LEASE_SECONDS = 10;

/** A VS Code whose notebooks run on the Python of the tests. */
export function startEditor({ settings, env, ...options }: EditorOptions = {}): Promise<Editor> {
  return Editor.start({
    settings: { 'reprise.python': PYTHON, ...settings },
    env: { REPRISE_LEASE_SECONDS: String(LEASE_SECONDS), ...env },
    ...options,
  });
}

/** Closes every window: the kernels then end by themselves, and nothing is left. */
export async function closeAndCount(editor: Editor, ...folders: string[]): Promise<void> {
  for (const window of editor.windows) await window.close();
  await nothingRuns(...folders);
  expect(await editor.stop()).toEqual([]);
}

/** Until no process has to do with these folders any more. */
export async function nothingRuns(...folders: string[]): Promise<void> {
  const left = () => folders.flatMap((folder) => processesOf(folder));
  for (const deadline = Date.now() + 40_000; left().length > 0; await sleep(200)) {
    if (Date.now() > deadline) break;
  }
  expect(left()).toEqual([]);
}
