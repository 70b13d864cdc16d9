/** Data from elsewhere than a local file, by the versions that a server or a tool says they have. */
import type { CellLine, DataRead } from '../../lineage/record';

export type DifferingData = {
  kind: DataRead['kind'];
  name: string;
  query?: string;
  /** Fields that both sides have, and that differ; of a side that has a version that the other has not, all. */
  fields: { field: string; before: string; after: string }[];
  /** False where the bytes may be the same: only a time differs. */
  proven: boolean;
};

/** A file can be given another time, and a repository another commit, without another content of what was read. */
const WEAK = new Set(['modified', 'revision', 'commit']);

/** Of the run, not of the data. */
const BESIDE = new Set(['job']);

/**
 * What was read on both sides, read for read of the same name, with another version. What a run wrote into a database
 * itself and read again is no data from elsewhere.
 */
export function differingData(original: CellLine, replay: CellLine): DifferingData[] {
  const [before, after] = [byName(original), byName(replay)];
  return [...before].flatMap(([key, reads]) =>
    reads.flatMap((read, n): DifferingData[] => {
      const other = after.get(key)?.[n];
      if (other === undefined || read.own || other.own) return [];
      const fields = differingFields(read.version, other.version);
      if (fields.length === 0) return [];
      // Of a file that DVC tracks there is the digest itself.
      const proven = read.kind !== 'dvc' && fields.some(({ field }) => !WEAK.has(field));
      const { kind, name, query } = read;
      return [{ kind, name, ...(query === undefined ? {} : { query }), fields, proven }];
    }),
  );
}

function byName({ data = [] }: CellLine): Map<string, DataRead[]> {
  const found = new Map<string, DataRead[]>();
  for (const read of data) {
    const key = `${read.kind} ${read.name} ${read.query ?? ''}`;
    found.set(key, [...(found.get(key) ?? []), read]);
  }
  return found;
}

function differingFields(
  before: Record<string, string>,
  after: Record<string, string>,
): DifferingData['fields'] {
  // Where they say the same, all else is about something else than the content.
  if (before.etag !== undefined && before.etag === after.etag) return [];
  return Object.keys(before)
    .filter((field) => !BESIDE.has(field) && after[field] !== undefined && after[field] !== before[field])
    .map((field) => ({ field, before: before[field]!, after: after[field]! }));
}
