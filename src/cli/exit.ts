import { Failure } from '../notebook/failure';
import { GitError } from '../git/command';
import { plainName } from '../git/words';
import { RecordError } from '../lineage/read';
import { StoreError } from '../lineage/store';
import type { Judgement, Verdict } from '../replay/documents';
import type { RunStatus } from '../lineage/record';

/** Exit codes of every command (contracts, "Exit codes"). */
export const EXIT = {
  good: 0,
  diverged: 1,
  usage: 2,
  drift: 3,
  unverifiable: 4,
  infrastructure: 5,
  interrupted: 130,
} as const;

export type Problem = { code: number; reason: string; message: string };

/** What went wrong, in a sentence; undefined for a defect of ours. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Failure)
    return { code: EXIT[error.kind], reason: error.reason, message: error.message };
  if (error instanceof RecordError || error instanceof StoreError) {
    const code = error.reason === 'bad-run' ? EXIT.usage : EXIT.unverifiable;
    return { code, reason: error.reason, message: error.message };
  }
  if (error instanceof GitError) {
    const message = `git did not do what was asked of it: ${plainName(error.message)}. What was recorded is kept.`;
    return { code: EXIT.infrastructure, reason: 'git', message };
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = 'The disk is full. What was written before is kept; make room and run again.';
    return { code: EXIT.infrastructure, reason: 'disk', message };
  }
  // Making a folder and its parents on a read-only disk ends in ENOENT.
  const refused = code === 'ENOENT' && syscall === 'mkdir';
  if (refused || ['EACCES', 'EROFS', 'EPERM', 'EEXIST', 'ENOTDIR'].includes(code ?? '')) {
    const message =
      'The .reprise folder beside the notebook cannot be written. Nothing ran. ' +
      'Make it writable, or run a copy of the notebook in a folder that is.';
    return { code: EXIT.infrastructure, reason: 'disk', message };
  }
  return undefined;
}

export function exitOfRun(status: RunStatus): number {
  return { ok: EXIT.good, error: EXIT.diverged, cancelled: EXIT.interrupted, died: EXIT.infrastructure }[
    status
  ];
}

export function exitOfVerdict(verdict: Verdict): number {
  if (verdict === 'different') return EXIT.diverged;
  return verdict === 'unverifiable' ? EXIT.unverifiable : EXIT.good;
}

/** Of several notebooks the first present of 5, 3, 4, 1, 0. */
export function worstExit(codes: readonly number[]): number {
  return [130, 5, 3, 4, 1, 2].find((code) => codes.includes(code)) ?? 0;
}

export function isGood(judgement: Judgement): boolean {
  return exitOfVerdict(judgement.verdict) === EXIT.good;
}
