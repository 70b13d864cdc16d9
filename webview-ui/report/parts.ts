/** The parts of a cell: differences, causes with their evidence, randomness, source. */
import type {
  DiffLine,
  ReportCause,
  ReportCell,
  ReportDifference,
  ReportDraw,
  ReportEvidence,
  ReportPlace,
} from '../../src/replay/report/report';
import { element, prose, unseen } from '../common/dom';
import { icon } from './icons';
import { pictureBlock } from './pictures';
import { sidesBlock } from './sides';

/** Makes a place something to follow: in the notebook where there is an editor, else from cell `here` on this page. */
export type PlaceMaker = (where: ReportPlace, here?: number) => Node;

/** More than this is folded away. */
const EVIDENCE_SHOWN = 4;
const DRAWS_SHOWN = 12;

export function differenceBlock(difference: ReportDifference): HTMLElement {
  const { name, mime, summary, lines, pictures, sides } = difference;
  const as = mime === undefined || mime === 'text/plain' ? '' : ` as ${mime}`;
  return element(
    'div',
    { class: 'difference' },
    element('h4', {}, element('code', {}, name), as),
    element('p', {}, ...prose(summary)),
    sides === undefined ? (lines.length === 0 ? undefined : diffBlock(lines)) : sidesBlock(name, sides),
    pictures === undefined ? undefined : pictureBlock(name, pictures),
  );
}

function diffBlock(lines: readonly DiffLine[]): HTMLElement {
  const legend = element(
    'figcaption',
    {},
    element('span', { class: 'original' }, '− original'),
    ' ',
    element('span', { class: 'replay' }, '+ replay'),
  );
  return element(
    'figure',
    { class: 'diff' },
    legend,
    element('div', { class: 'lines' }, ...lines.map(diffLine)),
  );
}

function diffLine({ side, text }: DiffLine): HTMLElement {
  if (side === 'place') return element('div', { class: 'place' }, text);
  const [tag, sign] = ({ original: ['del', '−'], replay: ['ins', '+'], both: ['span', ' '] } as const)[side];
  return element(tag, { class: 'line' }, element('span', { class: 'sign' }, sign), text);
}

export function causeBlock(
  { summary, confidence, evidence, toDo }: ReportCause,
  place: PlaceMaker,
): HTMLElement {
  return element(
    'div',
    { class: 'cause' },
    element('p', {}, ...prose(summary), ' ', element('span', { class: 'confidence' }, confidence)),
    toDo === undefined
      ? undefined
      : element('p', { class: 'to-do' }, element('b', {}, 'To do'), ' ', ...prose(toDo)),
    foldedList(
      evidence.map((each) => evidenceItem(each, place)),
      EVIDENCE_SHOWN,
      'evidence',
    ),
  );
}

function evidenceItem({ what, where, before, after, lines }: ReportEvidence, place: PlaceMaker): HTMLElement {
  const changes =
    before === undefined && after === undefined
      ? []
      : [
          ': ',
          valueOf(before),
          unseen(' became '),
          element('span', { 'aria-hidden': 'true' }, ' → '),
          valueOf(after),
        ];
  const at = where === undefined ? [] : [' · ', place(where)];
  return element(
    'li',
    {},
    ...prose(what),
    ...changes,
    ...at,
    lines === undefined ? undefined : diffBlock(lines),
  );
}

function valueOf(text: string | undefined): Node {
  return text === undefined ? document.createTextNode('absent') : element('code', {}, text);
}

export function randomnessList(draws: readonly ReportDraw[], place: PlaceMaker): HTMLElement | undefined {
  const items = draws.map(({ source, reach, text, where }) =>
    element(
      'li',
      { class: reach },
      icon(reach === 'unreached' ? 'raised' : 'ran'),
      ' ',
      element('code', {}, source),
      ` ${text}`,
      ...(where === undefined ? [] : [' · ', place(where)]),
    ),
  );
  return foldedList(items, DRAWS_SHOWN, 'randomness');
}

function foldedList(items: readonly HTMLElement[], shown: number, look: string): HTMLElement | undefined {
  if (items.length === 0) return undefined;
  const rest = items.slice(shown);
  const first = element('ul', { class: look }, ...items.slice(0, shown));
  if (rest.length === 0) return first;
  const more = element('summary', {}, `${rest.length} more`);
  return element('div', {}, first, element('details', {}, more, element('ul', { class: look }, ...rest)));
}

/** With line numbers, as the lines of causes are counted; those that a cause or a draw names are marked. */
export function sourceBlock({ index, source, causes, randomness }: ReportCell): HTMLElement {
  const places = [...causes.flatMap(({ evidence }) => evidence), ...randomness].map(({ where }) => where);
  const named = new Set(places.filter((where) => where?.cell === index).map((where) => where?.line));
  const lines = source.split('\n').map((text, i) => {
    const isNamed = named.has(i + 1);
    return element(
      'span',
      { class: isNamed ? 'line named' : 'line' },
      isNamed ? unseen('named above: ') : undefined,
      text,
    );
  });
  return element('pre', { class: 'source' }, element('code', {}, ...lines));
}
