/** The outputs of one cell: by raw digest, then by canon/1, then within a declared tolerance. */
import { canonicalize, type Canonical, type CanonContext, type Mask } from '../../notebook/canon';
import { joinStreams, layoutDigest, rawDigest, type Output } from '../../notebook/output';
import type { Tolerance } from '../../notebook/tolerance';
import { asDifference, outputDifferences } from '../differences/outputs';
import type { CellView } from './view';
import { different, identical, unverifiable, type Part } from './part';
import { compareSealedOutputs } from './sealed';
import { outputsWithin } from './tolerance';

export function compareOutputs(original: CellView, replay: CellView, tolerance?: Tolerance): Part {
  const lost = [original, replay].find(lostOutput);
  if (lost !== undefined) {
    return unverifiable(
      `Output of cell ${lost.index} was lost between the kernel and the executed copy of ${lost.side.run}.`,
      {
        what: 'output',
        name: 'outputs',
        summary: 'output was lost: what arrived is not what the kernel sent',
      },
    );
  }
  if (original.sealed !== undefined) {
    const { outputs } = replay;
    return outputs === undefined
      ? notKept(replay)
      : compareSealedOutputs(original.sealed, outputs, contextOf(replay), tolerance);
  }
  const [a, b] = [digestsOf(original), digestsOf(replay)];
  if (a === undefined || b === undefined) return notKept(a === undefined ? original : replay);
  if (a.raw === b.raw) return a.layout === b.layout ? identical() : moved();
  if (original.outputs === undefined || replay.outputs === undefined) {
    return notKept(original.outputs === undefined ? original : replay);
  }
  return compareContent(original.outputs, replay.outputs, contextOf(original), contextOf(replay), tolerance);
}

/** Outputs with each stream counted once: 0 where nothing was kept and nothing recorded. */
export function outputCount({ outputs, recorded }: CellView): number {
  return outputs === undefined ? (recorded?.count ?? 0) : joinStreams(outputs).length;
}

export function contextOf({ source, side }: CellView): CanonContext {
  return { source, ...(side.prefix === undefined ? {} : { prefix: side.prefix }) };
}

function compareContent(
  before: Output[],
  after: Output[],
  contextBefore: CanonContext,
  contextAfter: CanonContext,
  tolerance: Tolerance | undefined,
): Part {
  const [a, b] = [canonicalize(before, contextBefore), canonicalize(after, contextAfter)];
  const inPlace = (outputs: Output[], context: CanonContext): Canonical =>
    canonicalize(outputs, { ...context, acrossDisplays: false });
  const [placedA, placedB] = [inPlace(before, contextBefore), inPlace(after, contextAfter)];
  if (a.digest === b.digest) {
    if (placedA.digest !== placedB.digest) return moved();
    const used = [...new Set([...a.masks, ...b.masks])];
    const differs = (mask: Mask): boolean =>
      canonicalize(before, { ...contextBefore, without: [mask] }).digest !==
      canonicalize(after, { ...contextAfter, without: [mask] }).digest;
    const needed = used.filter(differs);
    return { ...identical(), verdict: 'canonical', masks: needed.length > 0 ? needed : used };
  }
  const differences = outputDifferences(before, after, { before: contextBefore, after: contextAfter }).map(
    asDifference,
  );
  if (tolerance !== undefined && outputsWithin(placedA.outputs, placedB.outputs, tolerance)) {
    return { ...identical(), verdict: 'within-tolerance', differences };
  }
  return different(
    ...(differences.length > 0
      ? differences
      : [{ what: 'output' as const, name: 'outputs', summary: 'differ' }]),
  );
}

function digestsOf({ outputs, recorded }: CellView): { raw: string; layout: string } | undefined {
  if (recorded !== undefined && recorded.raw !== '') return recorded;
  return outputs === undefined ? undefined : { raw: rawDigest(outputs), layout: layoutDigest(outputs) };
}

function lostOutput({ outputs, recorded }: CellView): boolean {
  return (
    outputs !== undefined &&
    recorded !== undefined &&
    recorded.raw !== '' &&
    rawDigest(outputs) !== recorded.raw
  );
}

function notKept({ index, side }: CellView): Part {
  return unverifiable(`The outputs of cell ${index} of ${side.run} were not kept.`, {
    what: 'output',
    name: 'outputs',
    summary: 'not compared: they were not kept',
  });
}

function moved(): Part {
  return different({
    what: 'output',
    name: 'outputs',
    summary: 'the same text, printed on another side of a display',
  });
}
