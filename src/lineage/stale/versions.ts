/** What a name, a file or a generator held when it was read, and what it would hold in a run from the top. */
import type { HowCompared } from '../record';

/** `variable:x`, `file:data/a.csv`, `generator:numpy.global`, `process:cwd`, `module:config`. */
export type Key = `${Kind}:${string}`;
export type Kind = 'variable' | 'file' | 'generator' | 'process' | 'module';

/** As it was before any cell of the session ran. */
export const START = -1;

export type Version = { is: 'absent' } | Value;

export type Value = {
  is: 'value';
  /** Ordinal of the execution that left it, `START`, or below that for what something outside the notebook did. */
  by: number;
  /** Key of the cell of that execution. */
  cell?: string;
  digest?: string;
  how?: HowCompared;
  /** Nothing can change it in place. */
  fixed?: boolean;
  /** Only of what was read: that it was there at all (`del x`). */
  whatever?: true;
};

export const ABSENT: Version = { is: 'absent' };
export const AT_START: Value = { is: 'value', by: START };

export function keyOf(kind: Kind, name: string): Key {
  return `${kind}:${name}`;
}

export function nameOf(key: Key): string {
  return key.slice(key.indexOf(':') + 1);
}

export function isOf(kind: Kind, key: Key): boolean {
  return key.startsWith(`${kind}:`);
}

/**
 * `assumed`: equal as far as a digest of parts of it tells.
 * @param a as it was read
 */
export function compareVersions(a: Version, b: Version): 'same' | 'assumed' | 'different' {
  if (a.is === 'absent' || b.is === 'absent') return a.is === b.is ? 'same' : 'different';
  if (a.by === b.by || a.whatever) return 'same';
  if (a.digest === undefined || a.digest !== b.digest) return 'different';
  return a.how === 'sampled' || b.how === 'sampled' ? 'assumed' : 'same';
}
