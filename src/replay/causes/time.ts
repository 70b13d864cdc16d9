/** The cell's own code read a clock. That the result depends on it, no record proves. */
import { linesOf, type Context, type Suspect } from './context';

export function time(context: Context): Suspect[] {
  const lines = linesOf(context);
  if (lines === undefined) return [];
  const { index, line } = lines.before;
  const reads = line.clock.length > 0 ? line.clock : lines.after.line.clock;
  const [first] = reads;
  if (first === undefined) return [];
  const where =
    first.at === undefined ? `in cell ${index}` : `on line ${first.at.line} of cell ${first.at.cell}`;
  return [
    {
      kind: 'time',
      strength: 'plausible',
      summary: `\`${callOf(first.call)}\` ${where} reads the clock, which is different in every run.`,
      evidence: reads.map(({ call, at }) => ({
        what:
          at === undefined
            ? `${call} was called`
            : `${call} was called on line ${at.line} of cell ${at.cell}`,
        where: at ?? { cell: index },
      })),
    },
  ];
}

/** Magics, and calls that are told apart by what they are given, are recorded as they are written. */
function callOf(call: string): string {
  return /^%|\)$/.test(call) ? call : `${call}()`;
}
