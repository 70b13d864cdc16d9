/** Draws that no seed reached. */
import type { EntropyUse } from '../../lineage/record';
import { linesOf, type Context, type Suspect } from './context';
import { callOf, evidenceOf, GLOBAL, usesOf, whereOf } from './draws';

const SYSTEM = new Map([
  ['uuid4', '`uuid.uuid4()`'],
  ['uuid1', '`uuid.uuid1()`'],
  ['os.urandom', '`os.urandom()`'],
  ['secrets', '`secrets`'],
  ['SystemRandom', '`random.SystemRandom`'],
]);

export function unseededEntropy(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const index = lines.before.index;
  const unreached = usesOf([...lines.before.line.entropy, ...lines.after.line.entropy], 'unreached');
  const own = unreached.filter((use) => !use.importing);
  const [first] = own.length > 0 ? own : unreached;
  if (first === undefined) return [];
  const others = unreached.length - 1;
  const more =
    others === 0 ? '' : ` So do${others === 1 ? 'es one more call' : ` ${others} more calls`} in this cell.`;
  return [
    {
      kind: 'unseeded-entropy',
      strength: own.length > 0 ? 'decisive' : 'plausible',
      summary: unreachedSentence(first, index) + more,
      evidence: unreached.map((use) => evidenceOf(use, index)),
    },
  ];
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
