/** The whole page of a report, and the page that says why there is none. */
import type { ReportAction, ReportDocument, ReportFact } from '../../src/replay/report/report';
import { cellsSection, linkTo, type CellActions } from './cells';
import { button, element, prose } from '../common/dom';
import { icon } from './icons';
import { causeBlock, type PlaceMaker } from './parts';
import { chainBlock, costSection, driftSection, streamsSection } from './sections';

export type Asked = Exclude<ReportAction, 'cell'>;

export function reportPage(
  report: ReportDocument,
  offered: readonly ReportAction[],
  ask: (action: Asked) => void,
  cells: CellActions,
  opened: ReadonlySet<string>,
): Node[] {
  return [
    element(
      'header',
      {},
      element('p', { class: 'path' }, report.notebook),
      element('h1', {}, icon(report.mark), report.headline),
      ...report.remarks.map((remark) => element('p', { class: 'remark' }, ...prose(remark))),
      actionBar(report, offered, ask),
    ),
    element(
      'main',
      {},
      whySection(report, cells.place),
      factsSection(report),
      driftSection(report),
      cellsSection(report, cells, opened),
      streamsSection(report, (cell) => linkToCell(report, cell)),
      costSection(report),
    ),
  ];
}

export function problemPage(sentence: string): Node[] {
  return [
    element('header', {}, element('h1', {}, icon('raised'), 'There is no report to show')),
    element('main', {}, element('p', {}, ...prose(sentence))),
  ];
}

function actionBar(
  { mark }: ReportDocument,
  offered: readonly ReportAction[],
  ask: (action: Asked) => void,
): HTMLElement | undefined {
  const again = mark === 'none' ? 'Replay' : 'Replay Again';
  const buttons = [
    offered.includes('replay') ? button(again, 'replay', 'primary', () => ask('replay')) : undefined,
    offered.includes('record')
      ? button('Open Record', 'record', 'secondary', () => ask('record'))
      : undefined,
  ].filter((each) => each !== undefined);
  return buttons.length === 0 ? undefined : element('div', { class: 'actions' }, ...buttons);
}

function whySection(report: ReportDocument, place: PlaceMaker): HTMLElement | undefined {
  const { causes, first, cells } = report;
  if (causes.length === 0) return undefined;
  const cell = first === null ? undefined : cells[first];
  return element(
    'section',
    { 'aria-labelledby': 'why' },
    element('h2', { id: 'why' }, 'Why'),
    // The evidence is shown once, with the cell.
    ...causes.map((cause) => causeBlock(cell === undefined ? cause : { ...cause, evidence: [] }, place)),
    cell === undefined || first === null
      ? undefined
      : element(
          'p',
          { class: 'aside' },
          linkTo(first, `What differs in cell ${cell.index}, with the evidence`),
        ),
    chainBlock(report, place),
  );
}

function linkToCell({ cells }: ReportDocument, index: number): Node {
  const position = cells.findIndex((cell) => cell.index === index);
  return position < 0 ? document.createTextNode(String(index)) : linkTo(position, String(index));
}

function factsSection({ facts, mark }: ReportDocument): HTMLElement {
  return element(
    'section',
    { 'aria-labelledby': 'facts' },
    element('h2', { id: 'facts' }, mark === 'none' ? 'About this run' : 'About this verdict'),
    element(
      'dl',
      {},
      ...facts.flatMap(({ label, values }) => [
        element('dt', {}, label),
        ...values.map((value) => element('dd', {}, ...factValue(value))),
      ]),
    ),
  );
}

function factValue({ text, at }: ReportFact['values'][number]): Node[] {
  const time = at === undefined ? NaN : Date.parse(at);
  if (Number.isNaN(time)) return prose(text);
  const shown = new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  return [element('time', { datetime: at }, shown), document.createTextNode(' · '), ...prose(text)];
}
