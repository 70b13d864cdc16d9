/** String hashing that was not fixed, or fixed differently: sets of strings come in another order. */
import { linesOf, type Context, type Suspect } from './context';

const SETS =
  /\b(?:set|frozenset|hash)\s*\(|\{[^{}:"'\n]*["'][^{}:\n]*,[^{}:\n]*\}|\{[^{}:\n]+ for [^{}:\n]+\}/;

export function hashSeed(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const [before, after] = [seedOf(context.original), seedOf(context.replay)];
  if (before !== 'random' && before === after) return [];
  const line = lines.before.source.split('\n').findIndex((text) => SETS.test(text)) + 1;
  const { index } = lines.before;
  const fixed = before === 'random' || after === 'random' ? 'was not fixed' : 'was fixed to different values';
  const reason = `\`PYTHONHASHSEED\` ${fixed}, so sets of strings and \`hash()\` follow another order in each process`;
  return [
    {
      kind: 'unseeded-entropy',
      strength: line > 0 ? 'plausible' : 'faint',
      summary: line > 0 ? `${reason}; line ${line} of cell ${index} uses one.` : `${reason}.`,
      evidence: [
        { what: 'PYTHONHASHSEED', before, after, where: line > 0 ? { cell: index, line } : { cell: index } },
      ],
    },
  ];
}

function seedOf({ record }: Context['original']): string {
  return record?.header.environment.variables['PYTHONHASHSEED'] ?? 'random';
}
