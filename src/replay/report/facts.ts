/** The facts of a report: which runs, what was compared, under which policy and seed, and where. */
import type { CellLine, RunRecord } from '../../lineage/record';
import { sentenceList } from '../causes/context';
import { dataWords, versionWords } from '../datawords';
import { effectWords } from '../causes/environment';
import type { Judgement } from '../documents';
import type { ReportFact } from './report';
import { baseOf, type Reported } from './cells';
import type { Side } from '../compare/side';
import { trustOf } from '../trust';
import { endSentence, maskWords, plural, POLICY_WORDS, REACH_WORDS, seedWords, TRUST_WORDS } from '../words';

type Value = ReportFact['values'][number];
/** More of them would hide the facts below. */
const MOST_DATA = 8;

type Row = [label: string, values: readonly (string | Value)[]];

export function reportFacts(reported: Reported): ReportFact[] {
  const { judgement, original, replays } = reported;
  const record = baseOf(reported)?.record ?? null;
  const rows: Row[] = [
    [
      judgement === undefined ? 'Run' : 'Original',
      [original === undefined ? notKept(judgement) : runFact(original)],
    ],
    [replays.length > 1 ? 'Replays' : 'Replay', replays.map(runFact)],
    [
      'Left out',
      judgement === undefined || judgement.masks.length === 0 ? [] : [maskWords(judgement.masks).join(', ')],
    ],
    ['Trust', [TRUST_WORDS[trustOf(judgement)]]],
    ...(record === null ? [] : recordRows(record)),
    ['Drift', judgement === undefined || original?.record == null ? [] : [driftSummary(judgement)]],
  ];
  return rows
    .filter(([, values]) => values.length > 0)
    .map(([label, values]) => ({
      label,
      values: values.map((value) => (typeof value === 'string' ? { text: value } : value)),
    }));
}

function recordRows({ header, cells }: RunRecord): Row[] {
  const { policy, seed, environment, pin } = header;
  const { python, os, cpu, gpus, packages } = environment;
  const pinned = pin === undefined ? 'not pinned' : `pinned by \`${pin.lock}\``;
  return [
    ['Policy', [`\`${policy}\`: ${POLICY_WORDS[policy] ?? 'unknown to this version'}`]],
    ['Seed', [capital(seedWords(seed))]],
    ['Randomness', randomnessWords(cells)],
    ['Data from elsewhere', dataFromElsewhere(cells)],
    [
      'Environment',
      [
        `Python ${python.version}, ${plural(Object.keys(packages).length, 'package')}, ${pinned}`,
        [os.system, `${cpu.model}, ${plural(cpu.cores, 'core')}`, ...gpus.map(({ product }) => product)].join(
          '; ',
        ),
      ],
    ],
  ];
}

function runFact({ run, record }: Side): Value {
  if (record === null) return { text: run };
  return { text: `${endOf(record)} \`${run}\``, at: record.header.startedAt };
}

export function endOf(record: RunRecord): string {
  const { header, summary, cells } = record;
  if (summary !== null) return endSentence(record, summary.status);
  // A live kernel writes its end only when it is shut down.
  const what = header.starter === 'agent' ? 'A live session' : 'Its end is not recorded';
  return `${what}; ${executed(cells)}.`;
}

function notKept(judgement: Judgement | undefined): string {
  const original = judgement?.original ?? '';
  if (original.endsWith('.repro.json')) return `What was sealed in \`${original}\`.`;
  return original.endsWith('.ipynb')
    ? `The outputs that \`${original}\` was saved with.`
    : `\`${original}\` is no longer kept.`;
}

export function executed(cells: readonly CellLine[]): string {
  return `${plural(cells.length, 'cell')} ${cells.length === 1 ? 'is' : 'are'} recorded`;
}

function randomnessWords(cells: readonly CellLine[]): string[] {
  const uses = cells.flatMap(({ entropy }) => entropy);
  const drawn = (reach: keyof typeof REACH_WORDS): number =>
    uses.filter((use) => use.reach === reach).reduce((sum, { count }) => sum + count, 0);
  const reached = (['seeded', 'enforced'] as const).filter((reach) => drawn(reach) > 0);
  const unreached = cellsWithUnreached(cells);
  const words = [
    ...reached.map((reach) => `${plural(drawn(reach), 'draw')} ${REACH_WORDS[reach]}`),
    ...(unreached.length === 0
      ? []
      : [`${plural(drawn('unreached'), 'draw')} that no seed reached, in ${cellList(unreached)}`]),
  ];
  return words.length > 0 ? words : ['None was drawn'];
}

/** Each version once, with the cell that read it first. */
function dataFromElsewhere(cells: readonly CellLine[]): string[] {
  const found = new Map<string, string>();
  for (const { index, data = [] } of cells) {
    for (const read of data.filter(({ own }) => own !== true)) {
      const version = versionWords(read);
      const words = `${capital(dataWords(read))}, ${version === '' ? 'of which nothing tells the version' : version}`;
      if (!found.has(words)) found.set(words, `${words} (cell ${index})`);
    }
  }
  const all = [...found.values()];
  const more = all.length - MOST_DATA;
  return more > 0 ? [...all.slice(0, MOST_DATA), `and ${more} more, in the record`] : all;
}

export function cellsWithUnreached(cells: readonly CellLine[]): number[] {
  const found = cells.filter(({ entropy }) => entropy.some(({ reach }) => reach === 'unreached'));
  return [...new Set(found.map(({ index }) => index))].sort((a, b) => a - b);
}

export function cellList(cells: readonly number[]): string {
  return `${cells.length === 1 ? 'cell' : 'cells'} ${sentenceList(cells.map(String), 6)}`;
}

function driftSummary({ environment }: Judgement): string {
  const matters = environment.filter((drift) => effectWords([drift]) !== '').length;
  if (environment.length === 0) return 'None: both ran in the same environment';
  return `${plural(environment.length, 'difference')}, of which ${matters === 0 ? 'none' : matters} can change a result`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
