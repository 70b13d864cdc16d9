/**
 * Variables that a cell wrote, judged only where the record says that they can be: after entropy that no seed reached
 * or inputs that differ, and after draws that were all seeded or enforced. Equality is counted everywhere.
 */
import type { CellLine, RecordedFile, WrittenVariable } from '../../lineage/record';
import { fileWriterOf, writerOf, type CellView } from './view';
import { differingData } from './data';
import { different, identical, together, unverifiable, type Part } from './part';

/** An input of a cell whose digest differs between the sides. */
export type DifferingRead = {
  what: 'variable' | 'file';
  name: string;
  /** False for a pickle: unequal pickles prove nothing. */
  proven: boolean;
  /** A file that one of the sides looked for in vain. */
  isMissing?: true;
  before?: string;
  after?: string;
};

type Ran = CellView & { line: CellLine };
type Rule = 'strict' | 'seeded' | 'seeded-with-clock' | 'unjudged';
type Outcome = 'equal' | 'different' | 'uncomparable';

export function compareVariables(
  original: Ran,
  replay: Ran,
): Part & { compared: number; uncompared: number } {
  if (original.sealed !== undefined && original.line.writes.length === 0)
    return withoutSealed(original, replay);
  const rule = ruleFor(original, replay);
  const comparable = valuesVersion(original) === valuesVersion(replay);
  const [before, after] = [writesOf(original), writesOf(replay)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const outcomes = names.map((name) => ({
    name,
    outcome: comparable ? compareValue(before.get(name), after.get(name)) : ('uncomparable' as const),
  }));
  const parts = outcomes.map(({ name, outcome }) =>
    judgeValue(rule, name, outcome, before.get(name), after.get(name)),
  );
  const compared = outcomes.filter(
    ({ outcome }) =>
      outcome === 'equal' || (outcome === 'different' && (rule === 'strict' || rule === 'seeded')),
  ).length;
  return { ...together(parts), compared, uncompared: names.length - compared };
}

/** A seal has the variables of few cells: what another input made of the others it cannot tell. */
function withoutSealed(original: Ran, replay: Ran): Part & { compared: number; uncompared: number } {
  const uncompared = replay.line.writes.length;
  const judged = uncompared > 0 && ruleFor(original, replay) === 'strict';
  const why = differingReads(original, replay).map(({ name }) => `\`${name}\` is not what was sealed`);
  const reason = why[0] ?? 'randomness that no seed reached is in it';
  const part = judged
    ? unverifiable(
        `What cell ${replay.index} left in its variables cannot be told: ${reason}, and a seal holds no values.`,
      )
    : identical();
  return { ...part, compared: 0, uncompared };
}

export function differingReads(original: Ran, replay: Ran): DifferingRead[] {
  return [...differingVariables(original, replay), ...differingFiles(original, replay)];
}

function ruleFor(original: Ran, replay: Ran): Rule {
  const draws = [...original.line.entropy, ...replay.line.entropy];
  const unreached = draws.some(({ reach }) => reach === 'unreached');
  const inputs = [...differingReads(original, replay), ...differingData(original.line, replay.line)];
  if (unreached || inputs.some(({ proven }) => proven)) return 'strict';
  if (draws.length === 0) return 'unjudged';
  const clock = original.line.clock.length > 0 || replay.line.clock.length > 0;
  return clock ? 'seeded-with-clock' : 'seeded';
}

function judgeValue(
  rule: Rule,
  name: string,
  outcome: Outcome,
  before: WrittenVariable | undefined,
  after: WrittenVariable | undefined,
): Part {
  if (outcome === 'different' && (rule === 'strict' || rule === 'seeded')) {
    return different({ what: 'variable', name, summary: summaryOf(before, after) });
  }
  if (outcome === 'uncomparable' && rule === 'strict') {
    const type = before?.type ?? after?.type;
    const value = type === undefined ? 'its value' : `its value (${type})`;
    return unverifiable(`\`${name}\` could not be compared: no digest proves ${value} equal or different.`, {
      what: 'variable',
      name,
      summary: 'cannot be compared',
    });
  }
  return identical();
}

function compareValue(before: WrittenVariable | undefined, after: WrittenVariable | undefined): Outcome {
  if (before === undefined || after === undefined) {
    return (before ?? after)?.how === 'exact' ? 'different' : 'uncomparable';
  }
  if (before.type !== undefined && after.type !== undefined && before.type !== after.type) return 'different';
  if (before.digest === undefined || after.digest === undefined || before.how !== after.how)
    return 'uncomparable';
  const equal = before.digest === after.digest;
  switch (before.how) {
    case 'exact':
      return equal ? 'equal' : 'different';
    case 'pickle':
      return equal ? 'equal' : 'uncomparable';
    case 'sampled':
      // What lies between the samples was not looked at.
      return equal ? 'uncomparable' : 'different';
    case 'opaque':
      return 'uncomparable';
  }
}

function differingVariables(original: Ran, replay: Ran): DifferingRead[] {
  return Object.entries(original.line.readDigests)
    .filter(([name, digest]) => (replay.line.readDigests[name] ?? digest) !== digest)
    .map(([name, before]) => ({
      what: 'variable',
      name,
      proven: [original, replay].every(({ side, line }) =>
        provesInequality(writerOf(side, line, name)?.write),
      ),
      before,
      after: replay.line.readDigests[name] as string,
    }));
}

/** A value whose writer is not known is taken to be digested exactly: an input is sooner called different than equal. */
function provesInequality(write: WrittenVariable | undefined): boolean {
  return write === undefined || write.how === 'exact' || write.how === 'sampled';
}

function differingFiles(original: Ran, replay: Ran): DifferingRead[] {
  const reads = ({ line }: Ran): Map<string, CellLine['files'][number]> =>
    new Map(line.files.filter(({ mode }) => mode === 'read').map((file) => [file.path, file]));
  const after = reads(replay);
  return [...reads(original)].flatMap(([name, before]) => {
    const present = after.get(name);
    if (present === undefined || !areDifferent(before, present)) return [];
    const digests = {
      ...(before.sha256 === undefined ? {} : { before: before.sha256 }),
      ...(present.sha256 === undefined ? {} : { after: present.sha256 }),
    };
    const isMissing = before.absent === true || present.absent === true;
    return [
      {
        what: 'file' as const,
        name,
        proven: true,
        ...digests,
        ...(isMissing ? { isMissing: true as const } : {}),
      },
    ];
  });
}

/** That a file was not there is what a cell read of it. */
function areDifferent(before: RecordedFile, after: RecordedFile): boolean {
  if (before.absent === true || after.absent === true) return before.absent !== after.absent;
  if (before.sha256 === undefined || after.sha256 === undefined || before.sha256 === after.sha256)
    return false;
  return before.content === undefined || before.content !== after.content;
}

/** Did an earlier cell of the same run leave this input behind? */
export function carrierOf(view: Ran, read: DifferingRead): CellLine | undefined {
  return read.what === 'variable'
    ? writerOf(view.side, view.line, read.name)?.line
    : fileWriterOf(view.side, view.line, read.name);
}

function writesOf({ line }: Ran): Map<string, WrittenVariable> {
  return new Map(line.writes.map((write) => [write.name, write]));
}

function valuesVersion({ side }: Ran): string | undefined {
  return side.record?.header.values;
}

function summaryOf(before: WrittenVariable | undefined, after: WrittenVariable | undefined): string {
  if (before === undefined) return 'written only in the replay';
  if (after === undefined) return 'written only in the original';
  if (before.type !== undefined && after.type !== undefined && before.type !== after.type) {
    return `${before.type} became ${after.type}`;
  }
  const digests = `digest ${before.digest?.slice(0, 12)} became ${after.digest?.slice(0, 12)}`;
  return before.type === undefined ? digests : `${before.type}: ${digests}`;
}
