/** What could not be compared, sources that changed; and, when nothing is found, what was looked at. */
import { isHashSeedOpen } from './hash-seed';
import { indexOf, linesOf, type Context, type Suspect } from './context';

export function obstacles({ comparison }: Context): Suspect[] {
  return comparison.obstacles.map((summary) => ({
    kind: 'unknown',
    strength: 'proven',
    summary,
    evidence: [{ what: summary, where: { cell: indexOf(comparison) } }],
  }));
}

export function changedSource({ comparison }: Context): Suspect[] {
  const { original, replay } = comparison;
  // That the cell was changed since it was sealed has been said already.
  if (original?.sealed !== undefined) return [];
  if (original === undefined || replay === undefined || original.source === replay.source) return [];
  return [
    {
      kind: 'unknown',
      strength: 'decisive',
      summary: `Cell ${original.index} does not hold the same code on both sides.`,
      evidence: [
        { what: 'source', where: { cell: original.index }, before: original.source, after: replay.source },
      ],
    },
  ];
}

export function nothingFound(context: Context): Suspect {
  const index = indexOf(context.comparison);
  const lines = linesOf(context);
  if (lines === undefined) {
    return {
      kind: 'unknown',
      strength: 'faint',
      summary: `Nothing says why cell ${index} differs: without a record on both sides only outputs can be compared.`,
      evidence: [{ what: 'no record of this cell', where: { cell: index } }],
    };
  }
  const unseen = [...new Set([...lines.before.line.notObserved, ...lines.after.line.notObserved])];
  const hashing = isHashSeedOpen(context) ? ['PYTHONHASHSEED was not fixed to one value'] : [];
  return {
    kind: 'unknown',
    strength: 'faint',
    summary: `Nothing in the ${context.original.seal ? 'seal or the record' : 'two records'} says why cell ${index} differs.`,
    evidence: [
      {
        what: context.original.seal
          ? 'looked at and the same: source, files read, entropy, environment'
          : 'looked at and the same: source, variables and files read, entropy, generator states, clocks, environment',
        where: { cell: index },
      },
      ...[...hashing, ...unseen.map((what) => `not observed: ${what}`)].map((what) => ({
        what,
        where: { cell: index },
      })),
    ],
  };
}
