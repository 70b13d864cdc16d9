/** A run's record laid out for reading: one JSON document with comments, as it is on the disk. */
import { readFileSync } from 'node:fs';
import { readRecord, RecordError } from '../lineage/read';
import { Store } from '../lineage/store';

/** The editor refuses documents above 50 MiB and is slow long before. */
const SHOWN_BYTES = 5_000_000;

/**
 * @returns the text; what is wrong stands in it, so that a damaged record can be looked at
 * @throws RecordError `missing`, StoreError `bad-run`
 */
export function recordText(root: string, run: string): string {
  const store = new Store(root);
  const bytes = read(store.recordPath(run), run);
  const lines = bytes.subarray(0, SHOWN_BYTES).toString('utf8').split('\n');
  // Behind the last newline there is nothing, or a line that is not whole.
  const torn = lines.pop() ?? '';
  const entries = lines.map(laidOut);
  const isCut = bytes.length > SHOWN_BYTES;
  if (torn !== '' && !isCut) entries.push(JSON.stringify({ torn }, null, 2));
  const notes = [
    `Record of run ${run}, ${lines.length} lines. ${chainWords(store, run)}`,
    ...(isCut
      ? [`Only the first ${SHOWN_BYTES / 1e6} MB are shown; the whole is .reprise/runs/${run}/record.jsonl`]
      : []),
  ];
  return `${notes.map((note) => `// ${note}`).join('\n')}\n[\n${entries.join(',\n')}\n]\n`;
}

function read(file: string, run: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new RecordError('missing', `There is no record of run ${run} any more.`);
  }
}

function laidOut(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line), null, 2);
  } catch {
    return JSON.stringify({ unreadable: line }, null, 2);
  }
}

function chainWords(store: Store, run: string): string {
  try {
    const { broken, summary } = readRecord(store.recordPath(run));
    if (broken !== null)
      return `Its chain breaks at line ${broken.line} (${broken.reason}): nothing from there on is proven.`;
    return summary === null ? 'Its chain holds; the run has not ended.' : 'Its chain holds to the end.';
  } catch (error) {
    if (error instanceof RecordError) return `It cannot be read as a record (${error.reason}).`;
    throw error;
  }
}
