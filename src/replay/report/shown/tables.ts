/**
 * Tables as pandas and the like write them in HTML, cell by cell. What is taken from the HTML is text and nothing else:
 * tags other than those of a table are left out, whatever they are.
 */
import { diffArrays } from 'diff';
import type { ReportTableCell, ReportTableRow } from '../report';
import { relativeOf } from './relative';

export type TableCell = { text: string; head: boolean };

const LARGEST = 2 << 20;
const COLUMNS = 60;
const CELLS = 60_000;
const ROWS = 60;
const LONGEST = 200;
/** What spans more than this was not written for a reader. */
const SPAN = 200;

/** Rows of a whole page's only table; undefined where there is none, more than one, or one that is too large to read. */
export function tableOf(html: string): TableCell[][] | undefined {
  if (html.length > LARGEST) return undefined;
  const text = html.replace(/<!--[\s\S]*?-->|<(script|style)\b[\s\S]*?<\/\1\s*>/gi, '');
  const opened = [...text.matchAll(/<table\b[^>]*>/gi)];
  const start = opened[0]?.index;
  if (opened.length !== 1 || start === undefined) return undefined;
  const end = text.slice(start).search(/<\/table\s*>/i);
  if (end < 0) return undefined;
  const grid = rowsOf(text.slice(start, start + end));
  const width = Math.max(0, ...grid.map((row) => row.length));
  const isReadable = grid.length > 0 && width > 0 && width <= COLUMNS && grid.length * width <= CELLS;
  return isReadable ? grid : undefined;
}

/** Rows that differ, each with its neighbours, below the head; undefined where the columns are not the same number. */
export function tableRows(original: TableCell[][], replay: TableCell[][]): ReportTableRow[] | undefined {
  const width = (rows: TableCell[][]): number => Math.max(...rows.map((row) => row.length));
  if (width(original) !== width(replay)) return undefined;
  const rows = pairsOf(original, replay).map(([was, is]) => comparedRow(was, is));
  return withoutFarRows(rows);
}

function rowsOf(table: string): TableCell[][] {
  const grid: TableCell[][] = [];
  let place: { cell: TableCell; across: number; down: number } | undefined;
  let row = -1;
  const tokens = table.split(/(<\/?(?:tr|td|th)\b[^>]*>)/i);
  const finish = (): void => {
    if (place === undefined || row < 0) return;
    fill(grid, row, { ...place, cell: { ...place.cell, text: plainText(place.cell.text) } });
    place = undefined;
  };
  for (const token of tokens) {
    const tag = /^<(\/?)(tr|td|th)\b/i.exec(token);
    if (tag === null) {
      if (place !== undefined) place.cell.text += token;
      continue;
    }
    finish();
    const name = tag[2]?.toLowerCase();
    if (tag[1] === '/') continue;
    if (name === 'tr') grid[++row] ??= [];
    else
      place = {
        cell: { text: '', head: name === 'th' },
        across: span(token, 'col'),
        down: span(token, 'row'),
      };
  }
  finish();
  return grid.filter((cells) => cells.length > 0);
}

function fill(
  grid: TableCell[][],
  row: number,
  { cell, across, down }: { cell: TableCell; across: number; down: number },
): void {
  const cells = (grid[row] ??= []);
  let column = 0;
  while (cells[column] !== undefined) column += 1;
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const spanned = x > 0 || y > 0 ? { ...cell, text: '' } : cell;
      (grid[row + y] ??= [])[column + x] = spanned;
    }
  }
}

function span(tag: string, way: 'row' | 'col'): number {
  const said = Number(new RegExp(`${way}span\\s*=\\s*["']?(\\d+)`, 'i').exec(tag)?.[1] ?? 1);
  return Math.min(Math.max(said, 1), SPAN);
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };

function plainText(html: string): string {
  const text = html
    .replace(/<[^>]*>/g, '')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name: string) => {
      if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal === undefined ? parseInt(hex as string, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

type Pair = [original: TableCell[] | undefined, replay: TableCell[] | undefined];

function pairsOf(original: TableCell[][], replay: TableCell[][]): Pair[] {
  if (original.length === replay.length) return original.map((row, i) => [row, replay[i]]);
  const key = (row: TableCell[]): string => JSON.stringify(row.map((cell) => cell?.text));
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  for (const { removed, added, value } of diffArrays(original.map(key), replay.map(key))) {
    for (let n = 0; n < value.length; n++) {
      pairs.push([added ? undefined : original[i++], removed ? undefined : replay[j++]]);
    }
  }
  return pairs;
}

function comparedRow(was: TableCell[] | undefined, is: TableCell[] | undefined): ReportTableRow {
  const cells = was ?? is ?? [];
  if (was === undefined || is === undefined) {
    return { cells: Array.from(cells, plain), side: was === undefined ? 'replay' : 'original' };
  }
  return { cells: Array.from(was, (cell, i) => comparedCell(cell, is[i])) };
}

function plain(cell: TableCell | undefined): ReportTableCell {
  return { text: cell?.text ?? '', ...(cell?.head === true ? { head: true as const } : {}) };
}

function comparedCell(was: TableCell | undefined, is: TableCell | undefined): ReportTableCell {
  const [before, after] = [was?.text ?? '', is?.text ?? ''];
  if (before === after) return plain(is);
  const relative = relativeOf(before, after);
  return { ...plain(is), was: before, ...(relative === undefined ? {} : { relative }) };
}

function withoutFarRows(rows: readonly ReportTableRow[]): ReportTableRow[] {
  const isHead = ({ cells }: ReportTableRow): boolean => cells.every(({ head }) => head === true);
  const differs = ({ cells, side }: ReportTableRow): boolean =>
    side !== undefined || cells.some(({ was }) => was !== undefined);
  const firstBody = rows.findIndex((row) => !isHead(row));
  const near = new Set(Array.from({ length: Math.max(firstBody, 0) }, (_, i) => i));
  rows.forEach((row, i) => {
    if (differs(row)) [i - 1, i, i + 1].forEach((at) => near.add(at));
  });
  const shown: ReportTableRow[] = [];
  let far = 0;
  const close = (): void => {
    if (far > 0)
      shown.push({ cells: [], gap: `${far} ${far === 1 ? 'row is the same' : 'rows are the same'}` });
    far = 0;
  };
  rows.forEach((row, i) => {
    if (!near.has(i)) return void (far += 1);
    close();
    shown.push(row);
  });
  close();
  const more = shown.length - ROWS;
  return more > 0 ? [...shown.slice(0, ROWS), { cells: [], gap: `${more} more rows` }] : shown;
}
