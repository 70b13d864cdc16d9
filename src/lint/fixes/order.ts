/** Fixes for what is taken in an order that is not kept. */
import type { Fix } from '../finding';
import type { Judged } from '../judged';
import type { Notebook } from './text';

/** What they list are no names that could be sorted as they are. */
const UNSORTABLE = new Set(['os.walk', 'os.scandir', 'pathlib.Path.walk']);

export function ordered(judged: Judged, notebook: Notebook): Fix[] {
  if (judged.set) return setInOrder(judged, judged.set, notebook);
  const { call, api } = judged;
  if (call === undefined || UNSORTABLE.has(api ?? '') || call.consumer === 'next') return [];
  return [sorted(judged, notebook, true)];
}

function setInOrder(
  judged: Judged,
  { expression, value, consumer }: NonNullable<Judged['set']>,
  notebook: Notebook,
): Fix[] {
  if (consumer === 'pop()' || consumer === 'next()') return [];
  const isOfStrings =
    expression.type === 'set' &&
    expression.items.every((item) => item.type === 'constant' && typeof item.value === 'string');
  // Elements that cannot be compared cannot be sorted.
  const sort = sorted(judged, notebook, isOfStrings);
  const isMade = value.kind === 'set' && value.inOrder === true && expression.type === 'call';
  if (!isMade || expression.callee.type !== 'name' || expression.args.length !== 1) return [sort];
  const name = { from: expression.callee.from, to: expression.callee.to };
  const keep: Fix = {
    title: 'Keep the order of first appearance',
    safe: true,
    edits: [notebook.replace(judged.cell, name, 'dict.fromkeys')],
  };
  return [keep, sort];
}

function sorted({ cell, range, call }: Judged, notebook: Notebook, safe: boolean): Fix {
  const { from, to } = call?.call ?? range;
  const edits = [notebook.insert({ cell, at: from }, 'sorted('), notebook.insert({ cell, at: to }, ')')];
  return { title: 'Sort it', safe, edits };
}
