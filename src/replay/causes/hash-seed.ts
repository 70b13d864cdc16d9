/** String hashing that was not fixed, or fixed differently: sets of strings come in another order. */
import { linesOf, type Context, type Suspect } from './context';

const SETS =
  /\b(?:set|frozenset|hash)\s*\(|\{[^{}:"'\n]*["'][^{}:\n]*,[^{}:\n]*\}|\{[^{}:\n]+ for [^{}:\n]+\}/;

export function hashSeed(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const line = lines.before.source.split('\n').findIndex((text) => SETS.test(text)) + 1;
  const [before, after] = [seedOf(context.original), seedOf(context.replay)];
  if (line === 0 || !isHashSeedOpen(context)) return [];
  const { index } = lines.before;
  const fixed = before === 'random' || after === 'random' ? 'was not fixed' : 'was fixed to different values';
  return [
    {
      kind: 'unseeded-entropy',
      strength: 'plausible',
      summary:
        `\`PYTHONHASHSEED\` ${fixed}, so sets of strings and \`hash()\` follow another order in each process; ` +
        `line ${line} of cell ${index} uses one.`,
      evidence: [{ what: 'PYTHONHASHSEED', before, after, where: { cell: index, line } }],
    },
  ];
}

/** Unset on a side, or not the same on both. */
export function isHashSeedOpen({ original, replay }: Context): boolean {
  return seedOf(original) === 'random' || seedOf(original) !== seedOf(replay);
}

function seedOf({ record }: Context['original']): string {
  return record?.header.environment.variables['PYTHONHASHSEED'] ?? 'random';
}
