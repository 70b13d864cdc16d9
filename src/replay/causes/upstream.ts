/** Inputs of a cell that differed before it began: which variable, file or generator, and which cell left it so. */
import type { CellLine } from '../../lineage/record';
import type { Evidence } from '../documents';
import type { Comparison } from '../compare/compare';
import { carrierOf, differingReads } from '../compare/variables';
import type { Side } from '../compare/side';
import { earlierThan, writerOf } from '../compare/view';
import { indexOf, linesOf, sameEntropy, sentenceList, type Context, type Ran, type Suspect } from './context';

type Carrier = {
  what: 'variable' | 'file' | 'generator';
  name: string;
  proven: boolean;
  from?: Comparison;
  before?: string;
  after?: string;
};

export function upstream(context: Context): Suspect[] {
  const carriers = carriersOf(context);
  if (carriers.length === 0) return [];
  const index = indexOf(context.comparison);
  const origin = originOf(context);
  const first = carriers.find(({ proven }) => proven) ?? carriers[0];
  if (first === undefined) return [];
  const proven = carriers.some((carrier) => carrier.proven);
  const others =
    carriers.length > 1
      ? ` (so ${carriers.length === 2 ? 'did' : 'had'} ${sentenceList(namesAfter(carriers, first))})`
      : '';
  return [
    {
      kind: 'upstream',
      strength: proven ? 'decisive' : 'plausible',
      summary: `${describe(first)} ${proven ? 'already differed' : 'may already have differed'} when cell ${index} read it${others}.`,
      evidence: [
        ...carriers.map((carrier) => evidenceOf(carrier, index)),
        ...originEvidence(context, origin),
      ],
    },
  ];
}

/** The cell where a difference first arose, following carriers backwards; the cell itself where nothing carried it. */
export function originOf(context: Context): Comparison {
  const seen = new Set<Comparison>();
  let cell = context.comparison;
  for (;;) {
    seen.add(cell);
    const earlier = carriersOf({ ...context, comparison: cell })
      .flatMap(({ from }) => (from === undefined || seen.has(from) ? [] : [from]))
      .sort((a, b) => (a.original?.line?.seq ?? 0) - (b.original?.line?.seq ?? 0));
    const [next] = earlier;
    if (next === undefined) return cell;
    cell = next;
  }
}

function carriersOf(context: Context): Carrier[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const { before, after } = lines;
  const inputs = differingReads(before, after).flatMap((read): Carrier[] => {
    const [was, is] = [carrierOf(before, read), carrierOf(after, read)];
    // Left by two different executions: a matter of their order.
    if (was?.id !== is?.id || was?.execution !== is?.execution) return [];
    const line = was;
    // A file that no cell had written is data that drifted, not a difference that was carried.
    if (line === undefined && read.what === 'file') return [];
    return [{ ...read, ...cellAt(context, line) }];
  });
  return [...inputs, ...suspected(context, after), ...generators(context, before.line, after.line)];
}

/** A seal holds no variables: what a cell left that is not as it was sealed, or that read what such a cell left, may differ. */
function suspected(context: Context, { side, line }: Ran): Carrier[] {
  if (context.original.seal === undefined) return [];
  return line.reads.flatMap((name): Carrier[] => {
    const writer = writerOf(side, line, name)?.line;
    if (writer === undefined || !isDisturbed(context, side, writer, new Set())) return [];
    return [{ what: 'variable', name, proven: false, ...cellAt(context, writer) }];
  });
}

function isDisturbed(context: Context, side: Side, line: CellLine, seen: Set<CellLine>): boolean {
  if (seen.has(line)) return false;
  seen.add(line);
  const { from } = cellAt(context, line);
  if (from !== undefined && (from.judged === 'different' || from.judged === 'unverifiable')) return true;
  const writers = line.reads.flatMap((name) => writerOf(side, line, name)?.line ?? []);
  return writers.some((writer) => isDisturbed(context, side, writer, seen));
}

/** A seeded generator that an earlier cell drew from a different number of times. */
function generators(context: Context, before: CellLine, after: CellLine): Carrier[] {
  if (!sameEntropy(context)) return [];
  const drawn = (name: string): boolean =>
    before.rng.before[name] !== before.rng.after[name] || after.rng.before[name] !== after.rng.after[name];
  return Object.keys(before.rng.before)
    .filter((name) => drawn(name) && differs(before.rng.before[name], after.rng.before[name]))
    .flatMap((name): Carrier[] => {
      const from = earlierThan(context.original, before)
        .map((line) => cellAt(context, line).from)
        .find((cell) => movedApart(cell, name));
      return from === undefined ? [] : [{ what: 'generator', name, proven: true, from }];
    });
}

function movedApart(cell: Comparison | undefined, name: string): boolean {
  const [a, b] = [cell?.original?.line?.rng, cell?.replay?.line?.rng];
  if (a === undefined || b === undefined) return false;
  return a.before[name] === b.before[name] && differs(a.after[name], b.after[name]);
}

function differs(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

function cellAt(context: Context, line: CellLine | undefined): { from?: Comparison } {
  const from = context.cells.find(({ original, replay }) => (original?.id ?? replay?.id) === line?.id);
  return line === undefined || from === undefined || from === context.comparison ? {} : { from };
}

function describe({ what, name, from }: Carrier): string {
  const left =
    from === undefined
      ? ''
      : `, which cell ${indexOf(from)} ${what === 'generator' ? 'drew from' : 'wrote'},`;
  return what === 'generator' ? `The state of \`${name}\`${left}` : `\`${name}\`${left}`;
}

function namesAfter(carriers: Carrier[], first: Carrier): string[] {
  return carriers.filter((carrier) => carrier !== first).map(({ name }) => `\`${name}\``);
}

function evidenceOf({ what, name, from, before, after }: Carrier, index: number): Evidence {
  return {
    what: `${what} ${name}`,
    where: { cell: from === undefined ? index : indexOf(from), ...(what === 'file' ? { file: name } : {}) },
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function originEvidence(context: Context, origin: Comparison): Evidence[] {
  return origin === context.comparison
    ? []
    : [{ what: 'cell that differed first', where: { cell: indexOf(origin) } }];
}
