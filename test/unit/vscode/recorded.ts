/** Records and a verdict that the agent and the command line wrote, for `study.ipynb`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Sealed } from '../../../src/notebook/seal';
import type { Store } from '../../../src/lineage/store';
import { parseLine, readVerdict } from '../../../src/vscode/follow/lines';
import { beginRun, type RunState, stepRun } from '../../../src/vscode/follow/state';
import { sha } from '../replay/build';

export const ORIGINAL = '20261125-202346-4acacb';
export const REPLAY = '20261125-202348-32bd35';
export const LIVE = '20261125-202409-48c95a';

/** The cells of `study.ipynb`, as an editor shows them. */
export const SOURCES: Record<string, string> = {
  a1: 'import random, uuid\nimport numpy as np',
  a2: 'rng = np.random.default_rng()\nprint(rng.random())',
  a3: 'random.seed(3)\nprint(random.random())',
  a4: 'print(uuid.uuid4())\nprint(uuid.uuid4())',
};

export const DOCUMENT = Object.entries(SOURCES).map(([id, source]) => ({ id, source: sha(source) }));

/** A seal that covers nothing yet: the tests say what. */
export const SEAL: Sealed = {
  canon: 'canon/1',
  values: 'values/1',
  verdict: 'identical',
  policy: 'close',
  seed: 'ab',
  entropy: 'record',
  rng: 'per-session',
  pin: 'unpinned',
  environment: {
    python: '3.11.7',
    system: 'Linux',
    libc: 'glibc',
    cpu: 'a',
    flags: 'ab',
    cores: 2,
    packages: 'ab',
  },
  covered: { outputs: 3, files: 0, variables: { compared: 4, uncompared: 0 }, runs: 1 },
  cells: [],
};

type Name = 'original' | 'replay' | 'live';

export function recordedLines(name: Name): string[] {
  return textOf(`${name}.jsonl`).trimEnd().split('\n');
}

export const verdictText = textOf('verdict.json');

/** A run's state after the first `count` lines of its record; all of them where no count is given. */
export function stateAfter(name: Name, run: string, count?: number): RunState {
  return recordedLines(name)
    .slice(0, count)
    .reduce(
      (state, text) => stepRun(state, { type: 'line', line: parseLine(text)!, digest: sha(text) }),
      beginRun(run),
    );
}

/** The recorded original, judged: different from cell 4. */
export function judgedState(): RunState {
  const verdict = readVerdict(verdictText)!;
  return stepRun(stateAfter('original', ORIGINAL), { type: 'verdict', replay: REPLAY, verdict });
}

export function putRun(store: Store, run: string, text: string): void {
  const folder = path.join(store.runsFolder, run);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'record.jsonl'), text);
}

export function putRecorded(store: Store, name: Name, run: string, count?: number): void {
  putRun(store, run, `${recordedLines(name).slice(0, count).join('\n')}\n`);
}

export function putVerdict(store: Store, replay = REPLAY, text = verdictText): void {
  writeFileSync(path.join(store.runFolder(replay), 'verdict.json'), text);
}

function textOf(file: string): string {
  return readFileSync(path.join(import.meta.dirname, 'records', file), 'utf8');
}
