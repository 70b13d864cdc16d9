/** From offsets in a cell to lines and columns. */
import type { Position, TextRange } from './finding';
import type { Range } from './python/ast';

/** Line ends are `\n`, `\r\n` and `\r`, as an editor counts them. */
export function linesOf(source: string, { from, to }: Range): TextRange {
  return { start: positionAt(source, from), end: positionAt(source, to) };
}

function positionAt(source: string, offset: number): Position {
  const before = source.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length - 1, character: before.at(-1)!.length };
}
