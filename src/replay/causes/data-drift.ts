/** A file that no earlier cell had written, or data from elsewhere, that the cell read and that is no longer what it was. */
import type { RecordedFile } from '../../lineage/record';
import { type DifferingData, differingData } from '../compare/data';
import { isUnderRoot } from '../compare/files';
import type { Side } from '../compare/side';
import { carrierOf, differingReads, type DifferingRead } from '../compare/variables';
import { dataWords, fieldWords } from '../datawords';
import type { Evidence } from '../documents';
import { linesOf, sentenceList, type Context, type Ran, type Suspect } from './context';

export function dataDrift(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const { before, after } = lines;
  const changed = differingReads(before, after).filter(
    (read) => read.what === 'file' && ![before, after].some((ran) => carrierOf(ran, read) !== undefined),
  );
  // What DVC has of a file that is the same is another version of something else.
  const data = differingData(before.line, after.line).filter((each) =>
    each.kind === 'dvc' ? changed.some((file) => isPartOf(file.name, each.name)) : !isSameFile(each, context),
  );
  const versions = data.map((each) => evidenceOf(each, before.index));
  const was = context.original.seal ? 'was sealed' : 'the original read';
  if (changed.length > 0) {
    const names = sentenceList(changed.map(({ name }) => `\`${name}\``));
    const evidence = changed.map((read) => ({
      what: `sha256 of ${read.name}`,
      where: { cell: before.index, file: read.name },
      ...(read.before === undefined ? {} : { before: read.before }),
      ...(read.after === undefined ? {} : { after: read.after }),
    }));
    return [
      {
        kind: 'data-drift',
        strength: 'decisive',
        summary: `${names}, which cell ${before.index} reads, ${changed.length === 1 ? 'is' : 'are'} ${stateOf(changed) ?? `not what ${was}`}.`,
        evidence: [...evidence, ...versions.flat()],
      },
    ];
  }
  if (data.length > 0) {
    const names = sentenceList([...new Set(data.map(dataWords))]);
    const proven = data.some((each) => each.proven);
    return [
      {
        kind: 'data-drift',
        strength: proven ? 'decisive' : 'plausible',
        summary: `${names}, which cell ${before.index} reads, ${proven ? 'has' : 'may have'} another version than ${was}.`,
        evidence: versions.flat(),
      },
    ];
  }
  return [...oneSided(before, after, 'original'), ...oneSided(after, before, 'replay')];
}

/** Where each of them was missing on one side. */
function stateOf(changed: readonly DifferingRead[]): string | undefined {
  if (!changed.every(({ isMissing }) => isMissing)) return undefined;
  if (changed.every(({ after }) => after === undefined)) return 'no longer there';
  return changed.every(({ before }) => before === undefined)
    ? 'there now, where nothing was before'
    : undefined;
}

function evidenceOf({ kind, name, query, fields }: DifferingData, cell: number): Evidence[] {
  return fields.map(({ field, before, after }) => ({
    what: `${fieldWords({ kind }, field)} of ${query === undefined ? name : `${query} in ${name}`}`,
    where: { cell },
    before,
    after,
  }));
}

/**
 * Whether a query gave something else of a database whose file is the same: without an order of its own, what several
 * threads find comes in any order, and sums of it differ in their last digits.
 */
function isSameFile({ kind, name }: DifferingData, { original, replay }: Context): boolean {
  const path = kind === 'sql' ? /^(?:duckdb|sqlite):(.+)$/.exec(name)?.[1] : undefined;
  if (path === undefined) return false;
  const [before, after] = [digestsOf(path, original), digestsOf(path, replay)];
  return before !== '' && before === after;
}

/** Of a database's file, and of what is written beside it, in the order of the cells; '' where there is none. */
function digestsOf(path: string, { record }: Side): string {
  const files = (record?.cells ?? []).flatMap((cell) => cell.files);
  const its = files.filter(
    (file) => [path, `${path}.wal`, `${path}-wal`].includes(file.path) && !file.absent,
  );
  return its.some(({ sha256 }) => sha256 === undefined)
    ? ''
    : its.map((file) => `${file.mode} ${file.path} ${file.sha256}`).join();
}

/** What DVC tracks is a file or a folder. */
function isPartOf(file: string, tracked: string): boolean {
  return file === tracked || file.startsWith(`${tracked}/`);
}

function oneSided(reader: Ran, other: Ran, side: 'original' | 'replay'): Suspect[] {
  const known = new Set(other.line.files.filter(({ absent }) => !absent).map(({ path }) => path));
  const isInput = (file: RecordedFile): boolean =>
    file.mode === 'read' &&
    !file.absent &&
    file.attribution === 'exact' &&
    isUnderRoot(file) &&
    !known.has(file.path);
  const only = reader.line.files.filter(isInput);
  if (only.length === 0) return [];
  return [
    {
      kind: 'data-drift',
      strength: 'plausible',
      summary: `${sentenceList(only.map(({ path }) => `\`${path}\``))} was read only in the ${side}.`,
      evidence: only.map(({ path }) => ({
        what: `read only in the ${side}`,
        where: { cell: reader.index, file: path },
      })),
    },
  ];
}
