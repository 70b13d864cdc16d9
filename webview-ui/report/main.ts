/** The report page: shows what it is sent, keeps what the reader had opened, and asks the editor for what it cannot do. */
import type { ReportCell, ReportDocument, ReportPlace, ToPage } from '../../src/replay/report/report';
import { linkTo } from './cells';
import { button } from '../common/dom';
import { Host } from './host';
import { problemPage, reportPage } from './page';

const host = new Host();
const place = document.getElementById('report')!;
const live = document.getElementById('live')!;
let shown: ReportDocument | undefined;

host.listen((message) => {
  if (message.type === 'show') show(message);
  else if (message.type === 'problem') replaceContent(...problemPage(message.sentence));
  else working(message.sentence);
});

window.addEventListener('scrollend', keepView);

function show({ report, actions }: Extract<ToPage, { type: 'show' }>): void {
  const before = shown;
  const opened = new Set(
    before === undefined ? (host.view?.open ?? firstOf(report)) : [...openCells(), ...firstOf(report)],
  );
  const goesToCells = actions.includes('cell');
  shown = report;
  const content = reportPage(
    report,
    actions,
    (action) => host.post({ type: action }),
    {
      place: (where, here) => (goesToCells ? placeButton(report, where) : placeLink(report, where, here)),
      ...(goesToCells ? { goTo: ({ id, index }) => host.post({ type: 'cell', id, cell: index }) } : {}),
      onToggle: keepView,
    },
    opened,
  );
  replaceContent(...content);
  document.title = `Reprise: ${report.notebook}`;
  if (before === undefined) window.scrollTo(0, host.view?.top ?? 0);
  else live.textContent = `The report is up to date: ${report.headline}.`;
}

/** The focus stays on what it was on, where that is still there. */
function replaceContent(...content: Node[]): void {
  const key = document.activeElement?.getAttribute('data-key');
  place.replaceChildren(...content);
  if (key != null) place.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

function working(sentence: string): void {
  live.textContent = sentence;
  const replay = place.querySelector('[data-key="replay"]');
  // Disabled outright it would lose the focus.
  replay?.setAttribute('aria-disabled', 'true');
  if (replay !== null) replay.textContent = 'Replaying…';
}

function placeButton(report: ReportDocument, where: ReportPlace): HTMLElement {
  const id = cellAt(report, where)?.id ?? '';
  const words = placeWords(where);
  return button(words, `${id} ${words}`, 'place', () => host.post({ type: 'cell', id, ...where }));
}

function placeLink(report: ReportDocument, where: ReportPlace, here?: number): Node {
  const cell = cellAt(report, where);
  const words = placeWords(where);
  return cell === undefined || cell.index === here
    ? document.createTextNode(words)
    : linkTo(report.cells.indexOf(cell), words);
}

function cellAt({ cells }: ReportDocument, { cell }: ReportPlace): ReportCell | undefined {
  return cells.find(({ index }) => index === cell);
}

function placeWords({ cell, line }: ReportPlace): string {
  return line === undefined ? `cell ${cell}` : `cell ${cell}, line ${line}`;
}

function firstOf({ cells, first }: ReportDocument): string[] {
  const cell = first === null ? undefined : cells[first];
  return cell === undefined ? [] : [cell.id];
}

function openCells(): string[] {
  return [...place.querySelectorAll('details[data-cell][open]')].map(
    (each) => each.getAttribute('data-cell') ?? '',
  );
}

function keepView(): void {
  host.keepView({ open: openCells(), top: window.scrollY });
}
