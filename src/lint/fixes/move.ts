/** A seed that comes too late, before the first draw. */
import type { Fix } from '../finding';
import type { Judged } from '../judged';
import type { Notebook } from './text';

export function moved({ move, call }: Judged, notebook: Notebook): Fix[] {
  if (move === undefined || call === undefined || call.context.inLoop || call.context.inFunction) return [];
  const { from, to } = move;
  // In a live session the draw may have run before a seed that stands above it.
  if (from.cell < to.cell) return [];
  const source = notebook.source(from.cell);
  const isAlone = call.call.from === from.from && notebook.beginsLine({ cell: from.cell, at: from.from });
  const isLiteral = call.call.args.length === 1 && call.call.args[0]!.value.type === 'constant';
  const place = { cell: to.cell, at: to.from };
  if (!isAlone || !isLiteral || !notebook.beginsLine(place)) return [];
  const text = source.slice(from.from, from.to);
  const module = /^\w+/.exec(text)![0];
  if (!new RegExp(`\\b${module}\\b`).test(notebook.before(place))) return [];
  const rest = /^[ \t]*(\r\n|\r|\n)?/.exec(source.slice(from.to))![0].length;
  return [
    {
      title: 'Seed before the first draw',
      safe: true,
      edits: [
        notebook.insert(place, `${text}\n`),
        notebook.replace(from.cell, { from: from.from, to: from.to + rest }, ''),
      ],
    },
  ];
}
