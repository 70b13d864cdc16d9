/** How far a result can be relied on (docs/trust.md): each level is worth more than the one before. */
import type { Judgement } from './documents';

export type Trust = 'recorded' | 'replayed-by-author' | 'replayed-by-another';

/** What `ranBy` says where it names nobody: the holder of the records, so far as anybody knows, made them all. */
const NOBODY_ELSE = ['local', 'runner', 'agent', 'seal', 'unknown'];

/** A replay that gave something else, or of which nothing can be said, adds nothing to a record. */
export function trustOf(judgement: Pick<Judgement, 'verdict' | 'replays' | 'by'> | undefined): Trust {
  if (judgement === undefined || judgement.replays.length === 0) return 'recorded';
  if (judgement.verdict === 'different' || judgement.verdict === 'unverifiable') return 'recorded';
  const [original, ...replays] = judgement.by.runs.map(({ ranBy }) => ranBy);
  const another = replays.some((ranBy) => !NOBODY_ELSE.includes(ranBy) && ranBy !== original);
  return another ? 'replayed-by-another' : 'replayed-by-author';
}
