/** Draws that no seed reached, and draws that Reprise seeded from another entropy than the other run's. */
import type { EntropyUse } from '../../lineage/record';
import type { Evidence } from '../documents';
import { linesOf, sameEntropy, type Context, type Suspect } from './context';

const SYSTEM = new Map([
  ['uuid4', '`uuid.uuid4()`'],
  ['uuid1', '`uuid.uuid1()`'],
  ['os.urandom', '`os.urandom()`'],
  ['secrets', '`secrets`'],
  ['SystemRandom', '`random.SystemRandom`'],
]);
const GLOBAL = new Map([
  ['python.random', "`random`'s global generator"],
  ['numpy.global', "NumPy's global generator"],
  ['torch', "torch's generator"],
  ['tensorflow', "TensorFlow's generator"],
]);

export function unseededEntropy(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const index = lines.before.index;
  const unreached = uses([...lines.before.line.entropy, ...lines.after.line.entropy], 'unreached');
  const enforced = sameEntropy(context)
    ? []
    : uses([...lines.before.line.entropy, ...lines.after.line.entropy], 'enforced');
  const found = [...unreached.filter((use) => !use.importing), ...enforced];
  const [first] = found.length > 0 ? found : unreached;
  if (first === undefined) return [];
  const others = unreached.length + enforced.length - 1;
  const more =
    others === 0 ? '' : ` So do${others === 1 ? 'es one more call' : ` ${others} more calls`} in this cell.`;
  return [
    {
      kind: 'unseeded-entropy',
      strength: found.length > 0 ? 'decisive' : 'plausible',
      summary:
        (first.reach === 'unreached' ? unreachedSentence(first, index) : otherEntropySentence(first, index)) +
        more,
      evidence: [...unreached, ...enforced].map((use) => evidenceOf(use, index)),
    },
  ];
}

function uses(entropy: EntropyUse[], reach: EntropyUse['reach']): EntropyUse[] {
  const distinct = new Map<string, EntropyUse>();
  for (const use of entropy) {
    const key = `${use.source} ${use.at?.cell} ${use.at?.line} ${use.importing}`;
    if (use.reach === reach && !distinct.has(key)) distinct.set(key, use);
  }
  return [...distinct.values()];
}

function unreachedSentence(use: EntropyUse, index: number): string {
  const system = SYSTEM.get(use.source);
  const where = whereOf(use, index);
  if (system !== undefined)
    return `${system} ${where} takes its value from the operating system; no seed reaches it.`;
  const generator = GLOBAL.get(use.source);
  if (generator !== undefined) return `${generator} was drawn from ${where} before anything had seeded it.`;
  if (use.importing)
    return `A library that is imported ${where} makes ${callOf(use)} without a seed: what it draws later is another stream in each run.`;
  return `${callOf(use)} ${where} was given no seed: each run draws another stream.`;
}

function otherEntropySentence(use: EntropyUse, index: number): string {
  return `The two runs began from different entropy, and ${GLOBAL.get(use.source) ?? callOf(use)} ${whereOf(use, index)} draws from it.`;
}

function evidenceOf(use: EntropyUse, index: number): Evidence {
  const when = use.importing ? ', while a library was imported' : '';
  const draws = `${use.source}: ${use.count} ${use.count === 1 ? 'draw' : 'draws'}, ${use.reach}${when}`;
  return { what: draws, where: use.at ?? { cell: index } };
}

function whereOf({ at }: EntropyUse, index: number): string {
  return at === undefined ? `in cell ${index}` : `on line ${at.line} of cell ${at.cell}`;
}

function callOf({ source }: EntropyUse): string {
  const name = source.replace(/^numpy\./, 'numpy.random.').replace(/^python\.Random$/, 'random.Random');
  return /\.[\w]+$/.test(name) ? `\`${name}()\`` : `\`${name}\``;
}
