/** Packages, interpreter and variables that differ; and the machine. */
import type { Drift } from '../../environment/fingerprint';
import type { CauseKind } from '../documents';
import { linesOf, sentenceList, type Context, type Suspect } from './context';

export function environmentDrift(context: Context): Suspect[] {
  // The hash seed has a cause of its own; between two fresh runs it always differs.
  const drift = context.drift.filter(({ kind, what }) => !isMachine(kind) && what !== 'PYTHONHASHSEED');
  return suspects(context, 'environment-drift', drift);
}

export function hardware(context: Context): Suspect[] {
  return suspects(
    context,
    'hardware',
    context.drift.filter(({ kind }) => isMachine(kind)),
  );
}

function suspects(context: Context, kind: CauseKind, drift: Drift[]): Suspect[] {
  if (drift.length === 0 || linesOf(context) === undefined) return [];
  return [
    {
      kind,
      strength: 'plausible',
      summary: `${sentenceList(drift.map(driftWords))}; that can change ${effectWords(drift)}.`,
      evidence: drift.map(({ what, before, after }) => ({
        what,
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
      })),
    },
  ];
}

/** "`numpy` 2.1 became 2.2". */
export function driftWords({ what, before, after }: Drift): string {
  if (before === undefined) return `\`${what}\` ${after} is new`;
  if (after === undefined) return `\`${what}\` ${before} is gone`;
  // A digest says nothing to a person.
  return /^[0-9a-f]{64}$/.test(before) ? `the ${what} differ` : `\`${what}\` ${before} became ${after}`;
}

/** "random streams and orders"; '' where no result depends on any of them. */
export function effectWords(drift: readonly Drift[]): string {
  const affected = [...new Set(drift.flatMap(({ affects }) => affects))].filter((what) => what !== 'nothing');
  return sentenceList(affected.map(inWords));
}

function inWords(affected: Drift['affects'][number]): string {
  return {
    streams: 'random streams',
    numbers: 'the last digits of numbers',
    order: 'orders',
    nothing: 'nothing',
  }[affected];
}

function isMachine(kind: Drift['kind']): boolean {
  return kind === 'cpu' || kind === 'gpu';
}
