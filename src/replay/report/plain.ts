/** The essentials of a report as markup, for a reader whose browser runs no script. */
import { escaped } from '../../lineage/html';
import { visible } from '../../notebook/visible';
import type {
  DiffLine,
  ReportCause,
  ReportCell,
  ReportDifference,
  ReportDocument,
  ReportPiece,
  ReportSides,
  ReportTextRow,
} from './report';

export function plainReport(report: ReportDocument): string {
  const { notebook, headline, remarks, facts, causes, drift, cells, first } = report;
  const differing = cells.filter(({ differences, causes: why }) => differences.length + why.length > 0);
  return [
    '<header>',
    tag('p', notebook, 'path'),
    tag('h1', headline),
    ...remarks.map((remark) => tag('p', remark, 'remark')),
    '</header><main>',
    ...section('Why', causes.map(causeHtml)),
    ...section(
      'About these runs',
      facts.map(({ label, values }) =>
        tag(
          'p',
          `${label}: ${values.map(({ text, at }) => (at === undefined ? text : `${at} ${text}`)).join('; ')}`,
        ),
      ),
    ),
    ...section(
      'What is not the same around it',
      drift.map(({ what, before, after }) =>
        tag('p', `${what}: ${before ?? 'absent'} → ${after ?? 'absent'}`),
      ),
    ),
    ...section('Cells', [
      '<ol class="cells">',
      ...cells.map(({ index, said, title, notes }) =>
        tag('li', [`cell ${index}`, title, ...notes, said].filter((text) => text !== '').join(' · ')),
      ),
      '</ol>',
    ]),
    ...differing.map((cell) => cellHtml(cell, cells.indexOf(cell) === first)),
    '</main>',
  ].join('\n');
}

function section(title: string, content: readonly string[]): string[] {
  return content.length === 0 ? [] : [`<section>${tag('h2', title)}`, ...content, '</section>'];
}

function cellHtml({ index, said, differences, causes }: ReportCell, isFirst: boolean): string {
  const title = `Cell ${index}: ${said}${isFirst ? ', the first' : ''}`;
  return section(title, [...differences.map(differenceHtml), ...causes.map(causeHtml)]).join('\n');
}

function causeHtml({ summary, confidence, evidence, toDo }: ReportCause): string {
  const items = evidence.map(({ what, before, after }) =>
    tag(
      'li',
      before === undefined && after === undefined
        ? what
        : `${what}: ${before ?? 'absent'} → ${after ?? 'absent'}`,
    ),
  );
  return [
    tag('p', `${summary} (${confidence})`),
    toDo === undefined ? '' : tag('p', `To do: ${toDo}`),
    items.length === 0 ? '' : `<ul>${items.join('')}</ul>`,
  ].join('\n');
}

function differenceHtml({ name, mime, summary, lines, sides, pictures }: ReportDifference): string {
  const text = sides === undefined ? lines.map(diffText) : sidesText(sides);
  // Addresses that we made ourselves, of pictures only.
  const shown = (['original', 'replay'] as const).flatMap((side) => {
    const address = pictures?.[side];
    return address === undefined ? [] : [`<img alt="${side}" src="${escaped(address)}">`];
  });
  return [
    tag('h3', mime === undefined ? name : `${name} as ${mime}`),
    tag('p', summary),
    text.length === 0 ? '' : tag('pre', text.join('\n')),
    shown.length === 0 ? '' : `<div class="pictures">${shown.join(' ')}</div>`,
  ].join('\n');
}

function diffText({ side, text }: DiffLine): string {
  return `${side === 'original' ? '−' : side === 'replay' ? '+' : ' '} ${text}`;
}

function sidesText(sides: ReportSides): string[] {
  switch (sides.kind) {
    case 'text':
      return sides.rows.flatMap(rowLines);
    case 'table':
      return sides.rows.map(({ cells, gap }) =>
        gap === undefined
          ? cells.map(({ text, was }) => (was === undefined ? text : `${was} → ${text}`)).join(' | ')
          : `… ${gap}`,
      );
    case 'paths':
      return sides.paths.map(
        ({ path, original = 'absent', replay = 'absent' }) => `${path}: ${original} → ${replay}`,
      );
    case 'markup':
      return [];
  }
}

function rowLines(row: ReportTextRow): string[] {
  if ('gap' in row) return [`… ${row.gap}`];
  if ('both' in row) return [`  ${row.both}`];
  return [
    ...(row.original === undefined ? [] : [`− ${joined(row.original)}`]),
    ...(row.replay === undefined
      ? []
      : [`+ ${joined(row.replay)}${row.relative === undefined ? '' : `   (relative ${row.relative})`}`]),
  ];
}

function joined(pieces: readonly ReportPiece[]): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : piece.changed)).join('');
}

function tag(name: string, text: string, look?: string): string {
  return `<${name}${look === undefined ? '' : ` class="${look}"`}>${escaped(visible(text))}</${name}>`;
}
