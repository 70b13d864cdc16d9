/** A file that the cell read, that no earlier cell had written, and that is no longer what it was. */
import type { RecordedFile } from '../../lineage/record';
import { isUnderRoot } from '../compare/files';
import { carrierOf, differingReads } from '../compare/variables';
import { linesOf, sentenceList, type Context, type Ran, type Suspect } from './context';

export function dataDrift(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const { before, after } = lines;
  const changed = differingReads(before, after).filter(
    (read) => read.what === 'file' && carrierOf(before, read) === undefined,
  );
  if (changed.length > 0) {
    const was = context.original.seal ? 'was sealed' : 'the original read';
    const names = sentenceList(changed.map(({ name }) => `\`${name}\``));
    return [
      {
        kind: 'data-drift',
        strength: 'decisive',
        summary: `${names}, which cell ${before.index} reads, ${changed.length === 1 ? 'is' : 'are'} not what ${was}.`,
        evidence: changed.map((read) => ({
          what: `sha256 of ${read.name}`,
          where: { cell: before.index, file: read.name },
          ...(read.before === undefined ? {} : { before: read.before }),
          ...(read.after === undefined ? {} : { after: read.after }),
        })),
      },
    ];
  }
  return [...oneSided(before, after, 'original'), ...oneSided(after, before, 'replay')];
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
