/** What a person calls a draw that a record holds, and where it was. */
import type { EntropyUse } from '../../lineage/record';
import type { Evidence } from '../documents';

export const GLOBAL = new Map([
  ['python.random', "`random`'s global generator"],
  ['numpy.global', "NumPy's global generator"],
  ['torch', "torch's generator"],
  ['tensorflow', "TensorFlow's generator"],
  ['numba', "Numba's generator"],
  ['sql.random', "The database's own generator"],
]);

/** Each place once. */
export function usesOf(entropy: EntropyUse[], reach: EntropyUse['reach']): EntropyUse[] {
  const distinct = new Map<string, EntropyUse>();
  for (const use of entropy) {
    const key = `${use.source} ${use.at?.cell} ${use.at?.line} ${use.importing}`;
    if (use.reach === reach && !distinct.has(key)) distinct.set(key, use);
  }
  return [...distinct.values()];
}

export function evidenceOf(use: EntropyUse, index: number): Evidence {
  const when = use.importing ? ', while a library was imported' : '';
  const draws = `${use.source}: ${use.count} ${use.count === 1 ? 'draw' : 'draws'}, ${use.reach}${when}`;
  return { what: draws, where: use.at ?? { cell: index } };
}

export function whereOf({ at }: EntropyUse, index: number): string {
  return at === undefined ? `in cell ${index}` : `on line ${at.line} of cell ${at.cell}`;
}

export function callOf({ source }: EntropyUse): string {
  const name = source.replace(/^numpy\./, 'numpy.random.').replace(/^python\.Random$/, 'random.Random');
  return /\.[\w]+$/.test(name) ? `\`${name}()\`` : `\`${name}\``;
}
