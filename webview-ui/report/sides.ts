/** Both sides of an output beside each other: text, table, the paths of a JSON value, and what is safe of HTML. */
import type {
  ReportPath,
  ReportPiece,
  ReportSides,
  ReportTableCell,
  ReportTableRow,
  ReportTextRow,
} from '../../src/replay/report/report';
import { element, unseen, type Child } from '../common/dom';
import { safeMarkup } from './markup';

export function sidesBlock(name: string, sides: ReportSides): HTMLElement {
  switch (sides.kind) {
    case 'text':
      return textBlock(name, sides.rows);
    case 'table':
      return tableBlock(name, sides.rows);
    case 'paths':
      return pathsBlock(name, sides.paths, sides.more);
    case 'markup':
      return element(
        'div',
        { class: 'pair' },
        markupOf('Original', sides.original),
        markupOf('Replay', sides.replay),
      );
  }
}

/** A table can be wider than the page; only then is it a stop of the keyboard, which scrolls it. */
export function scrolling(name: string, table: HTMLElement): HTMLElement {
  const box = element('div', { class: 'scrolling', role: 'group', 'aria-label': name }, table);
  new ResizeObserver(() => {
    if (box.scrollWidth > box.clientWidth) box.setAttribute('tabindex', '0');
    else box.removeAttribute('tabindex');
  }).observe(box);
  return box;
}

function textBlock(name: string, rows: readonly ReportTextRow[]): HTMLElement {
  const hasNumbers = rows.some((row) => 'relative' in row);
  return scrolling(
    `${name} on both sides`,
    element(
      'table',
      { class: hasNumbers ? 'beside texts numbers' : 'beside texts' },
      headRow(['Original', 'Replay', ...(hasNumbers ? ['Relative'] : [])]),
      element('tbody', {}, ...rows.map((row) => textRow(row, hasNumbers))),
    ),
  );
}

function textRow(row: ReportTextRow, hasNumbers: boolean): HTMLElement {
  if ('gap' in row) return gapRow(row.gap, hasNumbers ? 3 : 2);
  const cells =
    'both' in row
      ? [element('td', {}, row.both), element('td', {}, row.both)]
      : [
          sideCell(
            'original',
            row.original?.map((piece) => marked('del', piece)),
          ),
          sideCell(
            'replay',
            row.replay?.map((piece) => marked('ins', piece)),
          ),
        ];
  const relative = 'relative' in row ? row.relative : undefined;
  return element(
    'tr',
    { class: 'both' in row ? 'same' : undefined },
    ...cells,
    hasNumbers ? element('td', { class: 'relative' }, relative ?? '') : undefined,
  );
}

function sideCell(side: 'original' | 'replay', content: Child[] | undefined): HTMLElement {
  return element('td', { class: content === undefined ? 'none' : side }, ...(content ?? []));
}

function marked(tag: 'del' | 'ins', piece: ReportPiece): Child {
  return typeof piece === 'string' ? piece : element(tag, {}, piece.changed);
}

function tableBlock(name: string, rows: readonly ReportTableRow[]): HTMLElement {
  const width = Math.max(...rows.map(({ cells }) => cells.length));
  const body = rows.map(({ cells, side, gap }) =>
    gap === undefined ? element('tr', { class: side }, ...cells.map(tableCell)) : gapRow(gap, width),
  );
  return scrolling(`${name}, cell by cell`, element('table', { class: 'beside frame' }, ...body));
}

function tableCell({ text, head, was, relative }: ReportTableCell): HTMLElement {
  const content =
    was === undefined
      ? [text]
      : [element('del', {}, was), ' ', element('ins', {}, text), relativeWords(relative)];
  const attributes = was === undefined ? {} : { class: 'changed' };
  // An empty corner heads nothing.
  return head === true && text !== ''
    ? element('th', attributes, ...content)
    : element('td', attributes, ...content);
}

function relativeWords(relative: string | undefined): Child {
  return relative === undefined
    ? undefined
    : element('span', { class: 'relative' }, unseen(' relative difference '), ` ${relative}`);
}

function pathsBlock(name: string, paths: readonly ReportPath[], more: number): HTMLElement {
  const hasNumbers = paths.some(({ relative }) => relative !== undefined);
  const value = (tag: 'del' | 'ins', text: string | undefined): HTMLElement =>
    element('td', {}, text === undefined ? 'absent' : element(tag, {}, text));
  const rows = paths.map(({ path, original, replay, relative }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, path),
      value('del', original),
      value('ins', replay),
      hasNumbers ? element('td', { class: 'relative' }, relative ?? '') : undefined,
    ),
  );
  const head = headRow(['Path', 'Original', 'Replay', ...(hasNumbers ? ['Relative'] : [])]);
  const rest = more === 0 ? [] : [gapRow(`${more} more paths differ`, hasNumbers ? 4 : 3)];
  return scrolling(
    `Paths of ${name} that differ`,
    element('table', { class: 'beside paths' }, head, element('tbody', {}, ...rows, ...rest)),
  );
}

function markupOf(side: string, html: string): HTMLElement {
  return element(
    'figure',
    {},
    element('figcaption', {}, side),
    element('div', { class: 'markup', role: 'group', 'aria-label': side, tabindex: '0' }, safeMarkup(html)),
  );
}

function headRow(names: readonly string[]): HTMLElement {
  const cells = names.map((name) => element('th', { scope: 'col' }, name));
  return element('thead', {}, element('tr', {}, ...cells));
}

function gapRow(words: string, columns: number): HTMLElement {
  return element('tr', { class: 'gap' }, element('td', { colspan: String(columns) }, words));
}
