/** The table and the bars of `reprise cost`. */
import { SETTINGS } from '../determinism/settings';
import type { Ablation, Cost, VariantCost } from '../replay/cost/document';
import { FEWEST, onceIn, type Spread } from '../replay/cost/statistics';
import { plural } from '../replay/words';
import type { Style, Terminal } from './terminal';

type Row = { name: string; seconds: Spread; last: string; differs: boolean };

const BAR = 30;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export function tellCost(terminal: Terminal, cost: Cost): void {
  const { variants, ablation, times } = cost;
  terminal.say(
    `\n${terminal.bold(cost.notebook)}  ${terminal.dim(`${plural(times, 'run')} each, in turn, after one that is not counted`)}\n`,
  );
  const rows = variants.map((each) => ({ ...each, last: `${each.ratio.toFixed(2)}×` }));
  tellRows(terminal, rows, '/ plain', (differs, name) =>
    name === 'plain' ? terminal.dim : differs ? terminal.yellow : terminal.green,
  );
  terminal.say();
  const plain = variants.find(({ name }) => name === 'plain')!;
  for (const each of variants.filter(({ name }) => name !== 'plain'))
    terminal.say(comparison(each, plain, times));
  terminal.say(
    terminal.dim(
      `Start of the kernel, besides: ${variants.map(({ name, startSeconds }) => `${name} ${text(startSeconds.median)} s`).join(', ')}.`,
    ),
  );
  if (ablation) tellAblation(terminal, ablation, cost);
  if (times >= FEWEST) terminal.say(terminal.dim(chance(times)));
}

function comparison(
  { name, seconds, ratio, differs }: VariantCost,
  plain: VariantCost,
  times: number,
): string {
  if (times < FEWEST)
    return `${name}: ${ratio.toFixed(2)}× plain, but ${plural(times, 'run')} each cannot tell a difference from noise; --times ${FEWEST} can.`;
  if (!differs) return `${name}: within the noise of plain (the ranges overlap).`;
  const more = Math.abs(seconds.median - plain.seconds.median);
  return `${name}: ${text(more)} s ${ratio >= 1 ? 'slower' : 'faster'} than plain, ${ratio.toFixed(2)}×.`;
}

function tellAblation(terminal: Terminal, { rows, leftOut }: Ablation, { variants, times }: Cost): void {
  const full = variants.find(({ name }) => name === 'full')!;
  terminal.say(`\n${terminal.bold('full, with one setting switched off')}\n`);
  const bars = [...rows].sort((a, b) => b.costs - a.costs);
  tellRows(
    terminal,
    [
      { name: 'full', seconds: full.seconds, last: '', differs: false },
      ...bars.map(({ without, seconds, costs, differs }) => ({
        name: `− ${without}`,
        seconds,
        last: differs ? `${costs > 0 ? '−' : '+'}${text(Math.abs(costs))} s` : 'noise',
        differs,
      })),
    ],
    '/ full',
    (differs) => (differs ? terminal.yellow : terminal.dim),
  );
  const costly = bars.filter(({ differs, costs }) => differs && costs > 0);
  terminal.say();
  terminal.say(
    costly.length > 0
      ? `What costs: ${costly.map(({ setting, costs }) => `${setting} (${text(costs)} s)`).join(', ')}.`
      : times < FEWEST
        ? 'Too few runs to say which setting costs.'
        : 'No setting by itself costs more than the noise.',
  );
  const idle = leftOut.filter(({ why }) => why === 'not-loaded').map(({ without }) => frameworkOf(without));
  if (idle.length > 0)
    terminal.say(terminal.dim(`Not tried, as nothing here loads it: ${[...new Set(idle)].join(', ')}.`));
  const named = (wanted: (typeof leftOut)[number]['why']): string[] =>
    leftOut.filter(({ why }) => why === wanted).map(({ without }) => nameOf(without));
  const set = named('set-already');
  if (set.length > 0)
    terminal.say(terminal.dim(`Not tried, as your environment sets it already: ${set.join(', ')}.`));
  const needed = named('raises');
  if (needed.length > 0)
    terminal.say(terminal.dim(`Not measured, as the notebook raises without it: ${needed.join('; ')}.`));
}

function nameOf(id: string): string {
  const row = SETTINGS.find((each) => each.id === id);
  return row?.variable?.name ?? row?.setting ?? id;
}

function frameworkOf(id: string): string {
  return SETTINGS.find((row) => row.id === id)?.framework ?? id;
}

function tellRows(
  terminal: Terminal,
  rows: readonly Row[],
  last: string,
  paint: (differs: boolean, name: string) => Style,
): void {
  const longest = Math.max(...rows.map(({ seconds }) => seconds.max)) || 1;
  const room = Math.max(...rows.map(({ name }) => name.length));
  terminal.say(
    terminal.dim(
      `  ${''.padEnd(room)}  ${'median'.padStart(9)}  ${'range'.padStart(17)}  ${last.padStart(9)}`,
    ),
  );
  for (const { name, seconds, last: end, differs } of rows) {
    const range = `${text(seconds.min)} – ${text(seconds.max)} s`;
    const bar = paint(differs, name)(barOf(seconds.median / longest));
    terminal.say(
      `  ${name.padEnd(room)}  ${`${text(seconds.median)} s`.padStart(9)}  ${range.padStart(17)}  ${end.padStart(9)}  ${bar}`,
    );
  }
}

function barOf(share: number): string {
  const eighths = Math.max(1, Math.round(share * BAR * 8));
  return '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

function text(seconds: number): string {
  return seconds < 10 ? seconds.toFixed(seconds < 1 ? 3 : 2) : seconds.toFixed(1);
}

function chance(times: number): string {
  return `A difference is told only where the ranges stand apart. With ${times} runs each that happens by chance once in ${onceIn(times)} comparisons; --times ${times + 2}: once in ${onceIn(times + 2)}.`;
}
