/** Operations that have no deterministic form, and work whose parts are joined as they finish. */
import type { Operation } from '../../lineage/record';
import { earlierThan } from '../compare/view';
import { indexOf, linesOf, sentenceList, type Context, type Ran, type Suspect } from './context';

type Found = Operation & { cell: number };

const PARALLEL: readonly (readonly [RegExp, string])[] = [
  // Seeded forests accumulate their trees' predictions in the order in which threads finish.
  [/\bn_jobs\s*=\s*(?!1\b|None\b)[-\w]+/, 'threads add up their parts in the order in which they finish'],
  [
    /\bas_completed\s*\(|\bimap_unordered\s*\(|generator_unordered/,
    'results come in the order in which they finish',
  ],
  [/\b(maintain_order|deterministic)\s*=\s*False/, 'rows come in no fixed order'],
  [
    /\bnum_parallel_calls\s*=\s*(?!1\b|None\b)[-\w]+/,
    'random operations draw in the order in which its threads come to them',
  ],
  [
    /\b(index_put_?|put_)\s*\(.*\baccumulate\s*=\s*True/,
    'threads add up what falls on one place in the order in which they finish',
  ],
];

/** Of torch without `use_deterministic_algorithms`, from its documentation; on a processor they have a fixed order. */
const PARALLEL_ON_GPU: typeof PARALLEL = [
  [
    /\b(index_add_?|scatter_add_?|scatter_reduce_?|cumsum|histc|bincount|grid_sample|interpolate|ctc_loss)\s*\(/,
    'a GPU adds up in the order in which its threads finish, where the policy is not `full`',
  ],
];

export function nondeterministicOperation(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const index = indexOf(context.comparison);
  const own = [...lines.before.line.operations, ...lines.after.line.operations];
  const operations = own.map((operation) => ({ ...operation, cell: operation.at?.cell ?? index }));
  if (operations.length > 0) return [operationsOf(context, index, operations)];
  const parallel = parallelWork(context, index);
  const settings = context.comparison.capped ? [] : settingsBefore(context, lines);
  return parallel.length > 0 || settings.length === 0 ? parallel : [settingsOf(index, settings)];
}

function operationsOf({ comparison }: Context, index: number, operations: readonly Found[]): Suspect {
  const consequence = comparison.capped
    ? 'so equal results here are no proof that the next run repeats'
    : 'so it may give another result each time';
  return {
    kind: 'nondeterministic-operation',
    strength: comparison.capped ? 'proven' : 'plausible',
    summary: `${namesOf(operations)} in cell ${index} has no deterministic form${reasonOf(operations)}, ${consequence}.`,
    evidence: evidenceOf(operations),
  };
}

function reasonOf(operations: readonly Operation[]): string {
  if (operations.some(({ lasting }) => lasting)) return ' (it takes back what the policy `full` sets)';
  if (operations.every(({ op }) => op.endsWith('(threads)')))
    return ' on several threads, which add up in the order in which they finish';
  return '';
}

/** A setting made in one cell shows in what a later one computes. */
function settingsOf(index: number, settings: readonly Found[]): Suspect {
  return {
    kind: 'nondeterministic-operation',
    strength: 'plausible',
    summary: `${namesOf(settings)} in cell ${settings[0]!.cell} takes back what the policy \`full\` sets, so cell ${index} may give another result each time.`,
    evidence: evidenceOf(settings),
  };
}

function settingsBefore(
  { original, replay }: Context,
  { before, after }: { before: Ran; after: Ran },
): Found[] {
  const earlier = [...earlierThan(original, before.line), ...earlierThan(replay, after.line)];
  return earlier.flatMap(({ index, operations }) =>
    operations
      .filter(({ lasting }) => lasting)
      .map((setting) => ({ ...setting, cell: setting.at?.cell ?? index })),
  );
}

function namesOf(operations: readonly Operation[]): string {
  return sentenceList([...new Set(operations.map(({ op }) => `\`${op}\``))]);
}

function evidenceOf(operations: readonly Found[]): Suspect['evidence'] {
  return operations.map(({ op, at, cell }) => ({ what: op, where: at ?? { cell } }));
}

function parallelWork({ comparison, original, replay }: Context, index: number): Suspect[] {
  const onGpu = [original, replay].some(({ record }) => (record?.header.environment.gpus ?? []).length > 0);
  const patterns = onGpu ? [...PARALLEL, ...PARALLEL_ON_GPU] : PARALLEL;
  const source = (comparison.original ?? comparison.replay)?.source ?? '';
  return source.split('\n').flatMap((text, i): Suspect[] => {
    const found = patterns.find(([pattern]) => pattern.test(text.replace(/#.*$/, '')));
    if (found === undefined) return [];
    return [
      {
        kind: 'nondeterministic-operation',
        strength: 'faint',
        summary: `Line ${i + 1} of cell ${index} works in parallel: ${found[1]}.`,
        evidence: [{ what: text.trim(), where: { cell: index, line: i + 1 } }],
      },
    ];
  });
}
