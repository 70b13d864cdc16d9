/** Files that a cell wrote under the root: by bytes, then by what a container holds. */
import type { CellLine, RecordedFile } from '../../lineage/record';
import { different, identical, together, unverifiable, type Part } from './part';

/** Said when a container's bytes differ and what it holds does not. */
export const FILE_CONTENT = 'file-content';

export function compareFiles(original: CellLine, replay: CellLine): Part & { count: number } {
  const [before, after] = [writtenFiles(original), writtenFiles(replay)];
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  const parts = paths.map((path) => compareFile(path, before.get(path), after.get(path)));
  return { ...together(parts), count: paths.length };
}

export function isUnderRoot({ path, outside }: RecordedFile): boolean {
  return outside !== true && !/^(~|\/|\\|\.\.\/|[A-Za-z]:[\\/])/.test(path);
}

/** Under the root, by path. */
export function writtenFiles(line: CellLine): Map<string, RecordedFile> {
  const files = line.files.filter((file) => file.mode === 'write' && isUnderRoot(file));
  return new Map(files.map((file) => [file.path, file]));
}

function compareFile(path: string, before: RecordedFile | undefined, after: RecordedFile | undefined): Part {
  if (before === undefined || after === undefined) return oneSided(path, before, after);
  if (before.deleted === true || after.deleted === true) {
    if (before.deleted === after.deleted) return identical();
    const side = before.deleted === true ? 'original' : 'replay';
    return different({ what: 'file', name: path, summary: `deleted only in the ${side}` });
  }
  // A seal may hold the digest of what a file contains alone.
  const byContent = before.content !== undefined && after.content !== undefined;
  if (!byContent && (before.sha256 === undefined || after.sha256 === undefined)) {
    return unverifiable(`\`${path}\` was written but could not be digested.`, {
      what: 'file',
      name: path,
      summary: 'not compared: no digest',
    });
  }
  if (before.sha256 !== undefined && before.sha256 === after.sha256) return identical();
  if (before.content !== undefined && before.content === after.content) {
    return { ...identical(), verdict: 'canonical', masks: [FILE_CONTENT] };
  }
  const unread = before.unread ?? after.unread;
  if (unread !== undefined) {
    return unverifiable(`\`${path}\` has other bytes, and what it holds was not compared: ${unread}.`, {
      what: 'file',
      name: path,
      summary: `${summaryOf(before, after)}; not compared by content: ${unread}`,
    });
  }
  return different({ what: 'file', name: path, summary: summaryOf(before, after) });
}

function oneSided(path: string, before: RecordedFile | undefined, after: RecordedFile | undefined): Part {
  const side = before === undefined ? 'replay' : 'original';
  const file = before ?? after;
  const summary = `${file?.deleted === true ? 'deleted' : 'written'} only in the ${side}`;
  const difference = { what: 'file' as const, name: path, summary };
  // Seen on the file system only: another process may have written it.
  if (file?.attribution === 'weak')
    return unverifiable(`\`${path}\` was seen to change only in the ${side}.`, difference);
  return different(difference);
}

function summaryOf(before: RecordedFile, after: RecordedFile): string {
  const { size: old, sha256: oldDigest = '' } = before;
  const { size: present, sha256: digest = '' } = after;
  if (old !== undefined && present !== undefined && old !== present)
    return `${old} bytes became ${present} bytes`;
  const size = present === undefined ? '' : `, ${present} bytes as before`;
  return `sha256 ${oldDigest.slice(0, 12)} became ${digest.slice(0, 12)}${size}`;
}
