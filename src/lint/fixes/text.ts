/** What every fix needs: where text stands, what it says, and a number that nothing else has. */
import { argumentOf } from '../arguments';
import type { Fix } from '../finding';
import type { LintCell } from '../lint';
import type { Range } from '../python/ast';
import type { SeenCall } from '../python/values';
import { linesOf } from '../positions';

export type Edit = Fix['edits'][number];

/** A place in the notebook: its cells come in order. */
export type Spot = { cell: number; at: number };

export class Notebook {
  private readonly byIndex: ReadonlyMap<number, LintCell>;

  constructor(readonly cells: readonly LintCell[]) {
    this.byIndex = new Map(cells.map((cell) => [cell.index, cell]));
  }

  source(cell: number): string {
    return this.byIndex.get(cell)?.source ?? '';
  }

  text(cell: number, { from, to }: Range): string {
    return this.source(cell).slice(from, to);
  }

  replace(cell: number, range: Range, text: string): Edit {
    return { cell, range: linesOf(this.source(cell), range), text };
  }

  insert({ cell, at }: Spot, text: string): Edit {
    return this.replace(cell, { from: at, to: at }, text);
  }

  /** Whether a statement begins its line, so that another can stand before it. */
  beginsLine({ cell, at }: Spot): boolean {
    return at === 0 || /[\r\n]/.test(this.source(cell)[at - 1]!);
  }

  /** All that is written before a place. */
  before({ cell, at }: Spot): string {
    const earlier = this.cells.filter(({ index }) => index < cell).map(({ source }) => source);
    return [...earlier, this.source(cell).slice(0, at)].join('\n');
  }

  /** A number that stands nowhere in the notebook, so that no two streams are equal. */
  freeSeed(): number {
    return this.freeSeeds(1)[0]!;
  }

  freeSeeds(count: number): number[] {
    const used = new Set(this.cells.flatMap(({ source }) => source.match(/\b\d+\b/g) ?? []));
    const free: number[] = [];
    for (let seed = 1; free.length < count; seed++) if (!used.has(String(seed))) free.push(seed);
    return free;
  }

  freeName(name: string): string {
    const isUsed = (each: string): boolean => {
      return this.cells.some(({ source }) => new RegExp(`\\b${each}\\b`).test(source));
    };
    for (let i = 1; ; i++) {
      const each = i === 1 ? name : `${name}${i}`;
      if (!isUsed(each)) return each;
    }
  }
}

/** Puts one more argument behind those that a call has. */
export function argumentAdded(notebook: Notebook, { cell, call }: SeenCall, text: string): Edit {
  const last = call.args.at(-1);
  if (last) return notebook.insert({ cell, at: last.value.to }, `, ${text}`);
  return notebook.insert({ cell, at: call.open + 1 }, text);
}

/**
 * Gives a parameter a value, whether the call has one for it already or not.
 *
 * @param at its position, where it has one
 * @returns undefined where a dictionary of arguments has it
 */
export function argumentSet(
  notebook: Notebook,
  seen: SeenCall,
  param: string,
  value: string,
  at?: number,
): Edit | undefined {
  const given = argumentOf(seen, [param], at);
  if (given.is !== 'given') return argumentAdded(notebook, seen, `${param}=${value}`);
  const { star, expression } = given.argument;
  return star ? undefined : notebook.replace(seen.cell, expression, value);
}
