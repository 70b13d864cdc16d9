/** One execution of a bundle, here or on a target, and its record as it is read back. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { readRecord } from '../../lineage/read';
import { type Store } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import { parseNotebook } from '../../notebook/model';
import type { Context, Finished } from './context';
import { type Ended, executeLocally } from './local';
import { executeOn, wasSubmitted, type Work } from './target';

/** A run of which nothing was recorded leaves no folder: there is nothing in it to read. */
export async function execute(
  work: Work,
  folder: string,
  python: string | undefined,
  { agent, onEvent, signal, stop = signal, target, detach = false }: Context & { stop?: AbortSignal },
): Promise<Ended> {
  const { store, run } = work;
  try {
    return target === undefined
      ? await executeLocally({ python: python!, agent, folder, run }, onEvent, stop)
      : await executeOn(target, work, onEvent, { stop, leave: signal, detach });
  } catch (error) {
    if (!existsSync(store.recordPath(run)) && !wasSubmitted(folder))
      rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** @throws Failure `disk`; RecordError */
export function finished(
  store: Store,
  run: string,
  notebook: string,
  before?: { path: string; text: string },
): Finished {
  if (!existsSync(store.recordPath(run))) {
    throw new Failure('infrastructure', 'disk', `Nothing of run ${run} could be written. Is the disk full?`);
  }
  const record = readRecord(store.recordPath(run));
  const status = record.summary?.status ?? 'died';
  return {
    store,
    run,
    status,
    record,
    notebook,
    notebookChanged: before !== undefined && changedOnDisk(before),
  };
}

function changedOnDisk({ path, text }: { path: string; text: string }): boolean {
  try {
    const now = parseNotebook(readFileSync(path, 'utf8'));
    const before = parseNotebook(text);
    return (
      JSON.stringify(now.cells.map(({ id, source }) => [id, source])) !==
      JSON.stringify(before.cells.map(({ id, source }) => [id, source]))
    );
  } catch {
    return true;
  }
}
