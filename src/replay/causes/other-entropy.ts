/** Two runs that each drew their own entropy: what they drew from it differs by construction. */
import type { EntropyUse } from '../../lineage/record';
import type { Cause, Evidence } from '../documents';
import { isObstacle } from '../words';
import { indexOf, linesOf, sameEntropy, type Context, type Suspect } from './context';
import { evidenceOf, GLOBAL, callOf, usesOf, whereOf } from './draws';

const BEGAN = 'The two runs began from different entropy';

/** Of a cell that draws from what Reprise seeded. */
export function otherEntropy(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined || sameEntropy(context)) return [];
  const { index } = lines.before;
  const enforced = usesOf([...lines.before.line.entropy, ...lines.after.line.entropy], 'enforced');
  const [first] = enforced;
  if (first === undefined) return [];
  const source = GLOBAL.get(first.source) ?? callOf(first);
  return [
    {
      kind: 'unseeded-entropy',
      strength: 'decisive',
      summary: `${BEGAN}, and ${source} ${whereOf(first, index)} draws from it.`,
      evidence: [entropyOf(context), ...enforced.map((use) => evidenceOf(use, index))],
    },
  ];
}

export function saysOtherEntropy({ kind, summary }: Pick<Cause, 'kind' | 'summary'>): boolean {
  return kind === 'unseeded-entropy' && summary.startsWith(BEGAN);
}

/**
 * The causes of a first divergence, led by the entropy where that was another one: whatever else there is, two such runs
 * are no test of whether the notebook repeats. Only what is certain, while nothing up to here drew from it, comes before.
 */
export function entropyFirst(context: Context, causes: readonly Cause[]): Cause[] {
  if (sameEntropy(context) || isUnused(context)) return [...causes];
  const known = causes.find(saysOtherEntropy);
  if (known !== undefined) return [known, ...causes.filter((cause) => cause !== known)];
  const drew = drawsUntil(context).length > 0 || causes.some(({ summary }) => /PYTHONHASHSEED/.test(summary));
  const cause: Cause = {
    kind: 'unseeded-entropy',
    confidence: drew ? 'likely' : 'possible',
    summary: drew
      ? `${BEGAN}, from which something was drawn up to cell ${indexOf(context.comparison)}.`
      : `${BEGAN}, but no draw from it was seen up to cell ${indexOf(context.comparison)}.`,
    evidence: [entropyOf(context)],
  };
  const before = drew ? [] : causes.filter((each) => each.confidence === 'certain' && !isObstacle(each));
  return [...before, cause, ...causes.filter((each) => !before.includes(each))];
}

/** Under `observe` nothing is drawn from it. */
function isUnused({ original, replay }: Context): boolean {
  return [original, replay].every(({ record }) => record?.header.policy === 'observe');
}

function drawsUntil({ comparison, cells }: Context): EntropyUse[] {
  const until = cells.slice(0, cells.indexOf(comparison) + 1);
  const lines = until.flatMap(({ original, replay }) => [original?.line, replay?.line]);
  return lines.flatMap((line) => usesOf(line?.entropy ?? [], 'enforced'));
}

function entropyOf({ original, replay }: Context): Evidence {
  const [before, after] = [original, replay].map(({ record }) => record?.header.seed.value);
  return {
    what: 'entropy of the run',
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}
