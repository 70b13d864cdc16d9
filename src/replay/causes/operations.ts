/** Operations that have no deterministic form, and work whose parts are joined as they finish. */
import { indexOf, linesOf, sentenceList, type Context, type Suspect } from './context';

const PARALLEL: readonly (readonly [RegExp, string])[] = [
  // Seeded forests accumulate their trees' predictions in the order in which threads finish.
  [/\bn_jobs\s*=\s*(?!1\b|None\b)[-\w]+/, 'threads add up their parts in the order in which they finish'],
  [
    /\bas_completed\s*\(|\bimap_unordered\s*\(|generator_unordered/,
    'results come in the order in which they finish',
  ],
  [/\bmaintain_order\s*=\s*False/, 'rows come in no fixed order'],
];

export function nondeterministicOperation(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const index = indexOf(context.comparison);
  const operations = [...lines.before.line.operations, ...lines.after.line.operations];
  if (operations.length === 0) return parallelWork(context, index);
  const names = [...new Set(operations.map(({ op }) => `\`${op}\``))];
  const consequence = context.comparison.capped
    ? 'so equal results here are no proof that the next run repeats'
    : 'so it may give another result each time';
  return [
    {
      kind: 'nondeterministic-operation',
      strength: context.comparison.capped ? 'proven' : 'plausible',
      summary: `${sentenceList(names)} in cell ${index} has no deterministic form, ${consequence}.`,
      evidence: operations.map(({ op, at }) => ({ what: op, where: at ?? { cell: index } })),
    },
  ];
}

function parallelWork({ comparison }: Context, index: number): Suspect[] {
  const source = (comparison.original ?? comparison.replay)?.source ?? '';
  return source.split('\n').flatMap((text, i): Suspect[] => {
    const found = PARALLEL.find(([pattern]) => pattern.test(text.replace(/#.*$/, '')));
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
