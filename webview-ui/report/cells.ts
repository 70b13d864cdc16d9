/** The list of cells: each a line that opens. */
import type { Mark, ReportCell, ReportDocument } from '../../src/replay/report/report';
import { button, element } from '../common/dom';
import { icon } from './icons';
import { causeBlock, differenceBlock, randomnessList, sourceBlock, type PlaceMaker } from './parts';

export type CellActions = {
  place: PlaceMaker;
  /** Absent where there is no notebook to go to. */
  goTo?: (cell: ReportCell) => void;
  onToggle: () => void;
};

const COUNTED: Record<Mark, string> = {
  identical: 'same',
  canonical: 'same apart from what does not count',
  'within-tolerance': 'close',
  different: 'different',
  unverifiable: 'cannot be told',
  ran: 'ran',
  raised: 'failed',
  none: 'did not run',
};

/** At most this many cells are named above the list. */
const LINKS = 24;

export function cellsSection(
  { cells }: ReportDocument,
  actions: CellActions,
  opened: ReadonlySet<string>,
): HTMLElement {
  return element(
    'section',
    { 'aria-labelledby': 'cells' },
    element('h2', { id: 'cells' }, 'Cells'),
    cells.length === 0
      ? element('p', {}, 'No cell was recorded.')
      : element('p', { class: 'aside' }, `${countSentence(cells)} Cells are counted from 0.`),
    linksToBad(cells),
    element(
      'ol',
      { class: 'cells' },
      ...cells.map((cell, i) => cellItem(cell, i, actions, opened.has(cell.id))),
    ),
  );
}

/** Opens a cell and puts the focus on it. */
export function reveal(position: number): void {
  const details = document.getElementById(anchorOf(position));
  if (!(details instanceof HTMLDetailsElement)) return;
  details.open = true;
  details.scrollIntoView({ block: 'start' });
  details.querySelector('summary')?.focus({ preventScroll: true });
}

/** A link that opens the cell it leads to. */
export function linkTo(position: number, text: string): HTMLElement {
  const link = element('a', { href: `#${anchorOf(position)}` }, text);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    reveal(position);
  });
  return link;
}

function anchorOf(position: number): string {
  return `at-${position}`;
}

function countSentence(cells: readonly ReportCell[]): string {
  const marks = Object.keys(COUNTED) as Mark[];
  const counted = marks
    .map((mark) => [cells.filter((cell) => cell.mark === mark).length, COUNTED[mark]] as const)
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count} ${words}`);
  return `${counted.join(', ')}.`;
}

function linksToBad(cells: readonly ReportCell[]): HTMLElement | undefined {
  const bad = cells.flatMap(({ mark, index }, position) =>
    mark === 'different' || mark === 'unverifiable' || mark === 'raised' ? [{ index, position }] : [],
  );
  // One cell is in sight already, opened.
  if (bad.length < 2) return undefined;
  const links = bad
    .slice(0, LINKS)
    .flatMap(({ index, position }) => [' ', linkTo(position, `cell ${index}`)]);
  const more = bad.length > LINKS ? ` and ${bad.length - LINKS} more` : '';
  return element('nav', { 'aria-label': 'Cells to look at', class: 'links' }, 'To look at:', ...links, more);
}

function cellItem(cell: ReportCell, position: number, actions: CellActions, isOpen: boolean): HTMLElement {
  const { index, id, mark, said, title, notes } = cell;
  const details = element(
    'details',
    { id: anchorOf(position), open: isOpen, 'data-cell': id },
    element(
      'summary',
      { 'data-key': `cell ${id}` },
      icon(mark),
      element('span', { class: 'number' }, `cell ${index} `),
      element('code', { class: 'title' }, title === '' ? ' ' : title),
      element('span', { class: 'notes' }, notes.length === 0 ? '' : ` ${notes.join(' · ')} `),
      element('span', { class: 'said' }, ` ${said}`),
    ),
  );
  // Most cells are never opened: what is inside is made when one is.
  const fill = (): void => {
    if (details.open && details.childElementCount === 1) details.append(cellBody(cell, actions));
  };
  fill();
  details.addEventListener('toggle', () => {
    fill();
    actions.onToggle();
  });
  return element('li', {}, details);
}

function cellBody(cell: ReportCell, { place, goTo }: CellActions): HTMLElement {
  const { index, id, differences, causes, randomness, source } = cell;
  const here: PlaceMaker = (where) => place(where, index);
  const block = (title: string, ...content: (Node | undefined)[]): HTMLElement =>
    element('div', { class: 'block' }, element('h3', {}, title), ...content);
  return element(
    'div',
    { class: 'body' },
    differences.length === 0 ? undefined : block('What differs', ...differences.map(differenceBlock)),
    causes.length === 0 ? undefined : block('Why', ...causes.map((cause) => causeBlock(cause, here))),
    randomness.length === 0 ? undefined : block('Randomness', randomnessList(randomness, here)),
    source === '' ? undefined : block('Source', sourceBlock(cell)),
    goTo === undefined ? undefined : button(`Go to cell ${index}`, `go ${id}`, 'secondary', () => goTo(cell)),
  );
}
