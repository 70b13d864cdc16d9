/** Quick fixes: ordinary edits that leave the science as it is. */
import type { Fix } from './finding';
import type { Judged } from './judge';
import type { LintCell } from './lint';
import { linesOf } from './positions';

const SORTABLE = new Set(['py-set-order', 'py-fs-order']);
/** What they list are no names that could be sorted as they are. */
const UNSORTABLE = new Set(['os.walk', 'os.scandir', 'pathlib.Path.walk']);

export function fixesOf(judged: Judged, cells: readonly LintCell[]): Fix[] {
  if (SORTABLE.has(judged.rule) && !UNSORTABLE.has(judged.api ?? '')) return [sorted(judged, cells)];
  return seedOfItsOwn(judged, cells);
}

function sorted({ cell, range, call }: Judged, cells: readonly LintCell[]): Fix {
  const { source } = cells.find(({ index }) => index === cell)!;
  const { from, to } = call?.call ?? range;
  return {
    title: 'Sort it',
    safe: true,
    edits: [
      { cell, range: linesOf(source, { from, to: from }), text: 'sorted(' },
      { cell, range: linesOf(source, { from: to, to }), text: ')' },
    ],
  };
}

/** A number that no other call of the notebook has, so that no two streams are equal. */
function seedOfItsOwn({ cell, call, row, rule }: Judged, cells: readonly LintCell[]): Fix[] {
  if (
    call === undefined ||
    !row?.seed ||
    row.unfixable ||
    !call.call.whole ||
    rule === 'seed-varies' ||
    rule === 'seed-reuse'
  )
    return [];
  const name = row.seed.names[0]!;
  if (
    name === 'generator' ||
    call.args.some((argument) => argument.name !== undefined && row.seed!.names.includes(argument.name))
  )
    return [];
  const { source } = cells.find(({ index }) => index === cell)!;
  const { open, close } = call.call;
  const inside = source.slice(open + 1, close);
  if (row.seed.at !== undefined && call.args.length > row.seed.at) return [];
  const seed = freeSeed(cells);
  const isFirst = row.seed.at === 0 && inside.trim() === '';
  const argument = isFirst ? String(seed) : `${name}=${seed}`;
  const separator = inside.trim() === '' || /,\s*$/.test(inside) ? '' : ', ';
  const at = open + 1 + inside.trimEnd().length;
  return [
    {
      title: `Give it a seed of its own (${argument})`,
      safe: true,
      edits: [{ cell, range: linesOf(source, { from: at, to: at }), text: separator + argument }],
    },
  ];
}

function freeSeed(cells: readonly LintCell[]): number {
  const used = new Set(cells.flatMap(({ source }) => source.match(/\b\d+\b/g) ?? []));
  for (let seed = 1; ; seed++) if (!used.has(String(seed))) return seed;
}
