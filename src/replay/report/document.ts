/** The report of a run: what its record says, and the newest judgement that it takes part in. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { headsOf } from '../../lineage/heads';
import { RecordError } from '../../lineage/read';
import { listedRun, type ListedStatus } from '../../lineage/runs';
import { StoreError, type Store } from '../../lineage/store';
import { effectWords } from '../causes/environment';
import { brokenSentence } from '../compare/compare';
import type { Judgement } from '../documents';
import type { Cost } from '../cost/document';
import { readCost } from '../cost/kept';
import type { ReportCost, ReportDocument, ReportDrift } from './report';
import { reportChain } from './chain';
import { baseOf, reportCauses, reportCells, shown, type Reported } from './cells';
import { cellList, cellsWithUnreached, endOf, executed, reportFacts } from './facts';
import { reportStreams } from './streams';
import { loadRunSide, type Side } from '../compare/side';
import { coverage, errorSentence, headline } from '../words';

/**
 * The report of a run or of a replay.
 * @throws RecordError, StoreError where there is no readable record of it
 */
export function readReport(store: Store, run: string): ReportDocument {
  const asked = loadRunSide(store, run);
  const judgement = newestJudgement(store, run, asked.record?.header.replayOf ?? run);
  const sideOf = (id: string): Side | undefined => (id === run ? asked : keptSide(store, id));
  const original = judgement === undefined ? asked : sideOf(judgement.original);
  const subject = original?.run ?? run;
  const cost = readCost(store, asked.notebook);
  return reportDocument({
    run: subject,
    ...(cost === undefined ? {} : { cost }),
    status: listedRun(store, subject).status,
    ...(judgement === undefined ? {} : { judgement }),
    ...(original === undefined ? {} : { original }),
    replays: (judgement?.replays ?? []).flatMap((id) => sideOf(id) ?? []),
  });
}

/**
 * The report of a judgement made just now.
 * @param sides of what was judged, where these are not runs of the store
 */
export function judgedReport(
  store: Store,
  judgement: Judgement,
  sides: readonly Side[] = [],
): ReportDocument {
  const sideOf = (run: string): Side | undefined =>
    sides.find((side) => side.run === run) ?? keptSide(store, run);
  const original = sideOf(judgement.original);
  const run = original?.record == null ? (judgement.replays[0] ?? judgement.original) : original.run;
  const cost = readCost(store, judgement.notebook);
  return reportDocument({
    run,
    status: store.hasRun(run) ? listedRun(store, run).status : 'ok',
    judgement,
    ...(original === undefined ? {} : { original }),
    ...(cost === undefined ? {} : { cost }),
    replays: judgement.replays.flatMap((id) => sideOf(id) ?? []),
  });
}

export function reportDocument(reported: Reported): ReportDocument {
  const { judgement, run } = reported;
  const base = baseOf(reported);
  const cells = reportCells(reported);
  const first = judgement?.firstDivergence ?? null;
  const streams = reportStreams(reported);
  const position = cells.findIndex(({ id, index }) => id === first?.id && index === first.index);
  return {
    schema: 'reprise/report/0',
    notebook: judgement?.notebook ?? base?.notebook ?? '',
    run,
    mark: judgement?.verdict ?? 'none',
    headline: judgement === undefined ? 'Not replayed yet' : headline(judgement),
    remarks: remarksOf(reported),
    facts: reportFacts(reported),
    causes: reportCauses(judgement?.causes ?? []),
    chain: judgement === undefined ? [] : reportChain(judgement),
    drift: driftOf(judgement),
    ...(streams === undefined ? {} : { streams }),
    ...(reported.cost === undefined ? {} : { cost: costOf(reported.cost) }),
    cells,
    first: position < 0 ? null : position,
  };
}

/** The newest judgement that a run takes part in. `original`: what it is a replay of, or the run itself. */
export function newestJudgement(store: Store, run: string, original: string): Judgement | undefined {
  const heads = headsOf(store);
  const oldest = heads.findIndex((head) => head.run === original);
  for (const { run: id, header } of oldest < 0 ? heads : heads.slice(0, oldest + 1)) {
    const isOurs = id === run || id === original || header?.replayOf === original;
    const judgement = isOurs ? readJudgement(store, id) : undefined;
    if (judgement?.original === run || judgement?.replays.includes(run) === true) return judgement;
  }
  return undefined;
}

/** An absent or damaged verdict reads as none: replaying again gives another. */
export function readJudgement(store: Store, run: string): Judgement | undefined {
  try {
    const text = readFileSync(path.join(store.runFolder(run), 'verdict.json'), 'utf8');
    const judgement = JSON.parse(text) as Judgement | null;
    const isWhole =
      judgement?.schema === 'reprise/verdict/1' &&
      [judgement.cells, judgement.replays, judgement.causes, judgement.masks].every(Array.isArray);
    return isWhole ? judgement : undefined;
  } catch {
    return undefined;
  }
}

/** What `gc` has removed, or what was never a run. */
function keptSide(store: Store, run: string): Side | undefined {
  if (!store.hasRun(run)) return undefined;
  try {
    return loadRunSide(store, run);
  } catch (error) {
    if (error instanceof RecordError || error instanceof StoreError) return undefined;
    throw error;
  }
}

function remarksOf(reported: Reported): string[] {
  const { judgement, original, replays } = reported;
  if (judgement === undefined)
    return original === undefined ? [] : unjudgedRemarks(original, reported.status);
  const error = [original, ...replays].flatMap((side) => side?.record ?? []).map(errorSentence);
  const sentence = error.find((each) => each !== undefined);
  const isGood = judgement.verdict !== 'different' && judgement.verdict !== 'unverifiable';
  const declared = judgement.cells.filter((cell) => cell.declared === 'volatile').map(({ index }) => index);
  return [
    `${coverage(judgement)}.`,
    ...(sentence === undefined ? [] : [isGood ? `${sentence} It repeats in the replay.` : sentence]),
    ...(declared.length > 0 ? [`Declared volatile, not judged: ${cellList(declared)}.`] : []),
  ];
}

function unjudgedRemarks(side: Side, status: ListedStatus): string[] {
  const { record } = side;
  if (record === null) return [];
  const { replayOf } = record.header;
  const unreached = cellsWithUnreached(record.cells);
  return [
    ...(replayOf === undefined ? [] : [`This is a replay of ${replayOf} that was not judged.`]),
    ...(record.summary === null || record.summary.status === 'ok' ? [] : [endOf(record)]),
    ...(record.broken === null ? [] : [`In this run ${brokenSentence(record.broken)}`]),
    ...(status === 'running' ? [`Its kernel is still running; ${executed(record.cells)} so far.`] : []),
    ...(unreached.length === 0
      ? []
      : [`A replay can differ: no seed reached what ${cellList(unreached)} drew.`]),
  ];
}

function driftOf(judgement: Judgement | undefined): ReportDrift[] {
  const drift = (judgement?.environment ?? []).map(({ what, kind, before, after, affects }) => ({
    what,
    kind,
    ...(before === undefined ? {} : { before: shown(before) }),
    ...(after === undefined ? {} : { after: shown(after) }),
    effect: effectWords([{ what, kind, affects }]),
  }));
  return [...drift.filter(({ effect }) => effect !== ''), ...drift.filter(({ effect }) => effect === '')];
}

function costOf({ measuredAt, times, variants }: Cost): ReportCost {
  return {
    measuredAt,
    times,
    variants: variants.map(({ name, seconds: { median, min, max }, ratio, differs }) => ({
      name,
      median,
      min,
      max,
      ratio,
      differs,
    })),
  };
}
