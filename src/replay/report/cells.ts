/** The cells of a report: what each gave, why it differs, and what it drew. */
import type { CellLine, EntropyUse, RecordedCell } from '../../lineage/record';
import type { ListedStatus } from '../../lineage/runs';
import type { Cost } from '../cost/document';
import { outputDifferences, asDifference, type OutputDifference } from '../differences/outputs';
import type { Cause, CellVerdict, Difference, Evidence, Judgement } from '../documents';
import type {
  DiffLine,
  Mark,
  ReportCause,
  ReportCell,
  ReportDifference,
  ReportDraw,
  ReportEvidence,
} from './report';
import { sidesOf, type Room } from './shown/sides';
import type { Side } from '../compare/side';
import { unifiedDiff } from '../differences/texts';
import {
  duration,
  firstLine,
  isObstacle,
  plural,
  REACH_WORDS,
  sameApartFrom,
  VERDICT_WORDS,
  whatToDo,
} from '../words';

/** What a report is made of. A side is absent where nothing is kept of it, as of outputs that a notebook was saved with. */
export type Reported = {
  /** What is replayed and opened from the report: the original, where it is a run that is kept. */
  run: string;
  status: ListedStatus;
  judgement?: Judgement;
  original?: Side;
  replays: Side[];
  cost?: Cost;
};

/** The side that sources and environment are told from. */
export function baseOf({ original, replays }: Reported): Side | undefined {
  return original ?? replays[0];
}

/** Beyond these a text or a picture tells a reader nothing more, and the page grows heavy. */
const LONGEST_LINE = 1000;
const LONGEST_SOURCE = 20_000;
const LARGEST_PICTURE = 4 << 20;
const ALL_PICTURES = 24 << 20;

const PICTURES: ReadonlySet<string | undefined> = new Set(['image/png', 'image/jpeg', 'image/svg+xml']);

/** Characters of texts beside each other, over the whole page. */
const ALL_SIDES = 4 << 20;

/** Bytes of pictures that may still be shown, and characters of other outputs. */
type Allowance = { left: number; sides: Room };

/** Every code cell of the side that is told about, and those that only the other side has. */
export function reportCells(reported: Reported): ReportCell[] {
  const { judgement } = reported;
  const base = baseOf(reported);
  const verdicts = new Map(judgement?.cells.map((cell) => [cell.id, cell]));
  const own = (base?.document ?? []).filter(({ type }) => type === 'code');
  const known = new Set(own.map(({ id }) => id));
  const foreign = (judgement?.cells ?? []).filter(({ id }) => !known.has(id));
  const allowance: Allowance = { left: ALL_PICTURES, sides: { left: ALL_SIDES } };
  return [...own, ...foreign]
    .map((cell) => reportCell(cell, verdicts.get(cell.id), reported, allowance))
    .sort((a, b) => a.index - b.index);
}

function reportCell(
  { index, id }: Pick<RecordedCell, 'index' | 'id'>,
  verdict: CellVerdict | undefined,
  reported: Reported,
  allowance: Allowance,
): ReportCell {
  const sides = [reported.original, ...reported.replays].filter((side) => side !== undefined);
  const source = sides.map((side) => sourceOf(side, id)).find((text) => text !== undefined) ?? '';
  const line = sides.map((side) => lineOf(side, id)).find((each) => each !== undefined);
  const differences = verdict?.differences ?? [];
  const found = differences.some(({ what }) => what === 'output') ? outputsThatDiffer(reported, id) : [];
  return {
    index,
    id,
    ...(verdict === undefined ? ranWords(line, sides[0], index, source) : verdictWords(verdict)),
    title: clip(firstLine(source), 200),
    source: clip(source, LONGEST_SOURCE),
    notes: line === undefined ? [] : notesOf(line),
    differences: withoutPlainTwins(
      differences.map((difference) => reportDifference(difference, found, allowance)),
    ),
    causes: reportCauses(verdict?.causes ?? []),
    randomness: (line?.entropy ?? []).map(drawOf),
  };
}

function verdictWords({ verdict, declared, masks, differences }: CellVerdict): { mark: Mark; said: string } {
  const onlyOutputs = differences.every(({ what }) => what === 'output');
  if (declared === 'volatile' && verdict === 'different' && onlyOutputs)
    return { mark: 'canonical', said: 'Different, as declared' };
  return { mark: verdict, said: verdict === 'canonical' ? sameApartFrom(masks) : VERDICT_WORDS[verdict] };
}

/** What became of a cell that nothing was compared with. */
function ranWords(
  line: CellLine | undefined,
  side: Side | undefined,
  index: number,
  source: string,
): { mark: Mark; said: string } {
  const summary = side?.record?.summary;
  if (summary?.died?.index === index) return { mark: 'raised', said: 'Kernel died here' };
  if (summary?.interrupted?.index === index) return { mark: 'none', said: 'Interrupted' };
  if (line?.status === 'error') return { mark: 'raised', said: 'Error' };
  if (line !== undefined) return { mark: 'ran', said: 'Ran' };
  return { mark: 'none', said: source.trim() === '' ? 'Empty' : 'Did not run' };
}

function notesOf({ durationMs, error, entropy, execution }: CellLine): string[] {
  const drawn = (uses: readonly EntropyUse[]): number => uses.reduce((sum, { count }) => sum + count, 0);
  const unreached = drawn(entropy.filter(({ reach }) => reach === 'unreached'));
  const all = drawn(entropy);
  const missed = unreached === 0 ? '' : `${unreached === all ? '' : `, ${unreached}`} that no seed reached`;
  return [
    ...(error === null ? [] : [clip(`${error.ename}: ${error.evalue.split('\n')[0]}`, 120)]),
    ...(entropy.length === 0 ? [] : [plural(all, 'draw') + missed]),
    ...(execution > 1 ? [`run ${execution} times`] : []),
    duration(durationMs),
  ];
}

function drawOf({ source, reach, count, at }: EntropyUse): ReportDraw {
  const text = `${plural(count, 'draw')}, ${REACH_WORDS[reach]}`;
  return { source, reach, text, ...(at === undefined ? {} : { where: { cell: at.cell, line: at.line } }) };
}

export function reportCauses(causes: readonly Cause[]): ReportCause[] {
  return causes.map((cause) => ({
    confidence: cause.confidence,
    summary: cause.summary,
    evidence: cause.evidence.filter(({ what }) => what !== cause.summary).map(reportEvidence),
    ...(isObstacle(cause) ? {} : { toDo: whatToDo(cause) }),
  }));
}

function reportEvidence({ what, where, before, after }: Evidence): ReportEvidence {
  const isLong = [before, after].some((text) => text?.includes('\n'));
  const values = isLong
    ? { lines: diffLines(unifiedDiff(before ?? '', after ?? '').split('\n')) }
    : {
        ...(before === undefined ? {} : { before: shown(before) }),
        ...(after === undefined ? {} : { after: shown(after) }),
      };
  const place = where && { cell: where.cell, ...(where.line === undefined ? {} : { line: where.line }) };
  return { what: clip(what, LONGEST_LINE), ...(place === undefined ? {} : { where: place }), ...values };
}

/** The rest of a digest says nothing to a person. */
export function shown(text: string): string {
  return /^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : clip(text, LONGEST_LINE);
}

function reportDifference(
  difference: Difference,
  found: readonly OutputDifference[],
  allowance: Allowance,
): ReportDifference {
  const { what, name, mime, summary } = difference;
  const [sentence = '', ...lines] = summary.split('\n');
  const same = what === 'output' ? found.find((each) => readsAs(each, difference)) : undefined;
  const pictures = PICTURES.has(mime) ? picturesOf(mime, same, allowance) : {};
  const sides = same?.values === undefined ? undefined : sidesOf(mime, same.values, allowance.sides);
  return {
    name: what === 'output' ? name : `${what} ${name}`,
    ...(mime === undefined ? {} : { mime }),
    summary: clip(sentence, LONGEST_LINE),
    lines: diffLines(lines),
    ...(Object.keys(pictures).length === 0 ? {} : { pictures }),
    ...(sides === undefined ? {} : { sides }),
  };
}

/** A table says cell by cell what the text of the same output says line by line. */
function withoutPlainTwins(differences: readonly ReportDifference[]): ReportDifference[] {
  const tables = new Set(differences.flatMap(({ name, sides }) => (sides?.kind === 'table' ? [name] : [])));
  return differences.map((difference) => {
    if (difference.mime !== 'text/plain' || !tables.has(difference.name)) return difference;
    const { sides: _sides, ...rest } = difference;
    return { ...rest, lines: [] };
  });
}

/** A unified diff, line by line; its hunk headers in words. */
function diffLines(lines: readonly string[]): DiffLine[] {
  return lines.map((line): DiffLine => {
    const hunk = /^@@ -(\d+)/.exec(line);
    if (hunk !== null) return { side: 'place', text: `from line ${hunk[1]}` };
    const text = clip(line.slice(1), LONGEST_LINE);
    if (line.startsWith('-')) return { side: 'original', text };
    if (line.startsWith('+')) return { side: 'replay', text };
    return line.startsWith('…') ? { side: 'place', text: line } : { side: 'both', text };
  });
}

function picturesOf(
  mime: string | undefined,
  found: OutputDifference | undefined,
  allowance: Allowance,
): NonNullable<ReportDifference['pictures']> {
  const { before, after } = found?.pictures ?? {};
  const original = dataAddress(mime, before, allowance);
  const replay = dataAddress(mime, after, allowance);
  return { ...(original === undefined ? {} : { original }), ...(replay === undefined ? {} : { replay }) };
}

function outputsThatDiffer({ original, replays }: Reported, id: string): OutputDifference[] {
  const before = outputsOf(original, id);
  return replays.flatMap((replay) => {
    const after = outputsOf(replay, id);
    if (before === undefined || after === undefined) return [];
    return outputDifferences(before.outputs, after.outputs, { before: before.context, after: after.context });
  });
}

function outputsOf(side: Side | undefined, id: string) {
  const cell = cellOf(side, id);
  const outputs = cell && side?.outputs(cell);
  if (side === undefined || cell === undefined || outputs === undefined) return undefined;
  const context = {
    source: side.source(cell),
    ...(side.prefix === undefined ? {} : { prefix: side.prefix }),
  };
  return { outputs, context };
}

/** Of several replays: is it the one in which the difference reads as the judgement has it? */
function readsAs(found: OutputDifference, kept: Difference): boolean {
  const { name, mime, summary } = asDifference(found);
  return name === kept.name && mime === kept.mime && summary === kept.summary;
}

function dataAddress(
  mime: string | undefined,
  bytes: Uint8Array | undefined,
  allowance: Allowance,
): string | undefined {
  if (bytes === undefined || bytes.length > Math.min(LARGEST_PICTURE, allowance.left)) return undefined;
  allowance.left -= bytes.length;
  return `data:${mime};base64,${Buffer.from(bytes).toString('base64')}`;
}

function sourceOf(side: Side, id: string): string | undefined {
  const cell = cellOf(side, id);
  return cell && side.source(cell);
}

function lineOf(side: Side, id: string): CellLine | undefined {
  return side.record?.cells.findLast((line) => line.id === id);
}

function cellOf(side: Side | undefined, id: string): RecordedCell | undefined {
  return side?.document.find((cell) => cell.id === id);
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
