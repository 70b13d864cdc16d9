/** Folders of runs that went to a cluster, as the command line leaves them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Store } from '../../../../src/lineage/store';
import { rowOf, type Row } from '../../../../src/vscode/kubernetes/rows';
import { clusterRunsIn } from '../../../../src/vscode/kubernetes/states';
import type { Live } from '../../../../src/vscode/kubernetes/followers';
import { verdictText } from '../recorded';

export const RUN = '20261125-202348-32bd35';
export const NOW = Date.parse('2026-11-25T20:30:00Z');
export const DIGEST = 'a7cba90df349'.padEnd(64, '0');
export const IMAGE = `registry.example/team/notebook@sha256:${DIGEST}`;

/** What would turn or hide the text behind it, or end its line. */
export const HOSTILE = 'a\u202eb\u0007\u001b[31m\nc\u200bd';

export function target(fields: object = {}): object {
  return {
    schema: 'reprise/target/0',
    run: RUN,
    stage: 'submitted',
    notebook: 'work/study.ipynb',
    submittedAt: '2026-11-25T20:25:00.000Z',
    events: [],
    ...fields,
  };
}

export function putFile(store: Store, name: string, content: unknown, run = RUN): void {
  mkdirSync(store.runFolder(run), { recursive: true });
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(path.join(store.runFolder(run), name), text);
}

export function putTarget(store: Store, fields: object = {}, run = RUN): void {
  putFile(store, 'target.json', target({ run, ...fields }), run);
}

export function putVerdict(store: Store, fields: object): void {
  putFile(store, 'verdict.json', { ...(JSON.parse(verdictText) as object), ...fields });
}

/** The row of the root's only run. */
export function rowIn(store: Store, live?: Live): Row {
  const states = clusterRunsIn(store.root);
  if (states.length !== 1) throw new Error(`${states.length} runs`);
  return rowOf(states[0]!, live, NOW);
}
