/** Randomness over time: which streams each cell moved, and whether they stood where they stood in the replay. */
import type { CellLine } from '../../lineage/record';
import type { ReportStreams, ReportUse } from './report';
import { baseOf, type Reported } from './cells';
import { plural, REACH_WORDS } from '../words';

/** Beyond these nobody reads a table. */
const CELLS = 60;
const STREAMS = 16;

type Use = Omit<ReportUse, 'cell'>;

export function reportStreams(reported: Reported): ReportStreams | undefined {
  const base = baseOf(reported);
  const [replay] = reported.original === undefined ? [] : reported.replays;
  const cells = lastLines(base?.record?.cells ?? []);
  const others = new Map(lastLines(replay?.record?.cells ?? []).map((line) => [line.id, line]));
  const uses = cells.map((line) => ({ cell: line.index, uses: usesOf(line, others.get(line.id)) }));
  const moving = uses.filter((cell) => cell.uses.size > 0).slice(0, CELLS);
  const streams = [...new Set(moving.flatMap((cell) => [...cell.uses.keys()]))].sort();
  if (streams.length === 0) return undefined;
  return {
    cells: moving.map(({ cell }) => cell),
    compared: replay?.record != null,
    rows: streams.slice(0, STREAMS).map((stream) => ({
      stream,
      uses: moving.flatMap(({ cell, uses: used }) => {
        const use = used.get(stream);
        return use === undefined ? [] : [{ cell, ...use }];
      }),
    })),
    more: Math.max(streams.length - STREAMS, 0),
  };
}

function lastLines(lines: readonly CellLine[]): CellLine[] {
  const last = new Map(lines.map((line) => [line.id, line]));
  return [...last.values()].sort((a, b) => a.index - b.index);
}

/** By stream: global generators by their states, all else by what was drawn from it. */
function usesOf(line: CellLine, replay: CellLine | undefined): Map<string, Use> {
  const uses = new Map<string, Use>();
  for (const { source, reach, count } of line.entropy) {
    const isUnreached = reach === 'unreached' || uses.get(source)?.mark === 'unreached';
    const said = uses.get(source);
    const text = `${said === undefined ? '' : `${said.text}; `}${plural(count, 'draw')}, ${REACH_WORDS[reach]}`;
    uses.set(source, { mark: isUnreached ? 'unreached' : 'moved', text });
  }
  const { before, after } = line.rng;
  for (const [stream, state] of Object.entries(after)) {
    if (before[stream] === state) continue;
    const known = uses.get(stream);
    const there = replay?.rng.after[stream];
    const mark = known?.mark === 'unreached' ? 'unreached' : markOf(state, there);
    const drawn = known?.text ?? (before[stream] === undefined ? 'began here' : 'moved');
    uses.set(stream, { mark, text: `${drawn}${STATE_WORDS[mark]}` });
  }
  return uses;
}

const STATE_WORDS: Record<ReportUse['mark'], string> = {
  moved: '',
  unreached: '',
  same: '; its state is the same in the replay',
  apart: '; its state is not the same in the replay',
};

function markOf(state: string, replayed: string | undefined): ReportUse['mark'] {
  if (replayed === undefined) return 'moved';
  return replayed === state ? 'same' : 'apart';
}
