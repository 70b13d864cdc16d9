/** A difference as a person compares it: both sides beside each other, in the form that its type has. */
import type { Json } from '../../../notebook/digest';
import { isJsonMime } from '../../../notebook/output';
import type { ReportSides } from '../report';
import { tableOf, tableRows } from './tables';
import { textRows } from './texts';
import { differingPaths } from './values';

/** Characters of both sides together that a page may still hold. */
export type Room = { left: number };

/** Longer markup is nothing to look at; its text is compared instead. */
const LONGEST_MARKUP = 200_000;
const HTML = 'text/html';

/** @returns undefined where nothing can be shown beside each other, or the page is full */
export function sidesOf(
  mime: string | undefined,
  { before, after }: { before: Json; after: Json },
  room: Room,
): ReportSides | undefined {
  if (room.left <= 0) return undefined;
  const sides = made(mime, before, after);
  room.left -= JSON.stringify(sides).length;
  return room.left < 0 ? undefined : sides;
}

function made(mime: string | undefined, before: Json, after: Json): ReportSides {
  if (mime !== undefined && isJsonMime(mime)) return { kind: 'paths', ...differingPaths(before, after) };
  const [original, replay] = [textOf(before), textOf(after)];
  if (mime !== HTML) return { kind: 'text', rows: textRows(original, replay) };
  const [a, b] = [tableOf(original), tableOf(replay)];
  const rows = a === undefined || b === undefined ? undefined : tableRows(a, b);
  if (rows?.some(({ cells, side }) => side !== undefined || cells.some(({ was }) => was !== undefined)))
    return { kind: 'table', rows };
  return original.length + replay.length <= LONGEST_MARKUP
    ? { kind: 'markup', original, replay }
    : { kind: 'text', rows: textRows(original, replay) };
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}
