/** Sentences about snapshots, for people. */
import type { Left, Taken } from './snapshot';

const SHOWN = 3;

const WHY: Record<Left['why'], string> = {
  'too-big': 'too big',
  repository: 'a repository of its own',
  submodule: 'a submodule with changes of its own',
  name: 'a name that is not UTF-8',
  'too-many': 'one of more than 10,000 files that git does not track',
};

/** What the snapshot of a run has not, in a sentence; undefined where there is nothing to say. */
export function snapshotNotice({ left, problem }: Taken): string | undefined {
  if (problem !== undefined)
    return `No snapshot of the files was taken: ${problem}. The run goes on without one.`;
  if (left.length === 0) return undefined;
  const named = left.slice(0, SHOWN).map((each) => `${plainName(each.path)} (${whyOf(each)})`);
  const rest = left.length > SHOWN ? ` and ${left.length - SHOWN} more` : '';
  return `Not in the snapshot of the files: ${named.join(', ')}${rest}.`;
}

function whyOf({ why, bytes }: Left): string {
  return bytes === undefined ? WHY[why] : `${WHY[why]}: ${(bytes / 1e6).toFixed(0)} MB`;
}

/** A file's name as a terminal may show it: somebody else may have chosen it. */
export function plainName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, 200);
}
