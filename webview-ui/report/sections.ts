/** Sections about the run as a whole: how a difference went on, what surrounds the runs, their randomness, their cost. */
import type {
  ReportCost,
  ReportDocument,
  ReportDrift,
  ReportStreams,
  ReportUse,
} from '../../src/replay/report/report';
import { element, prose, svgElement, unseen, type Child } from '../common/dom';
import type { PlaceMaker } from './parts';
import { scrolling } from './sides';

export function chainBlock({ chain }: ReportDocument, place: PlaceMaker): HTMLElement | undefined {
  if (chain.length < 2) return undefined;
  const steps = chain.map(({ depth, text, confidence, where }) => {
    const item = element(
      'li',
      {},
      element('span', { class: 'at' }, place(where)),
      element(
        'span',
        {},
        ...prose(text),
        ' ',
        confidence === undefined ? undefined : element('span', { class: 'confidence' }, confidence),
      ),
    );
    item.style.setProperty('--depth', String(Math.min(depth, 6)));
    return item;
  });
  return element(
    'div',
    { class: 'block' },
    element('h3', {}, 'How it went from cell to cell'),
    element('ol', { class: 'chain' }, ...steps),
  );
}

export function driftSection({ drift }: ReportDocument): HTMLElement | undefined {
  if (drift.length === 0) return undefined;
  const isLocked = ({ kind }: ReportDrift): boolean => kind === 'package' || kind === 'python';
  return element(
    'section',
    { 'aria-labelledby': 'drift' },
    element('h2', { id: 'drift' }, 'What is not the same around it'),
    driftTable('Python and packages', drift.filter(isLocked)),
    driftTable(
      'Machine and settings',
      drift.filter((each) => !isLocked(each)),
    ),
  );
}

function driftTable(title: string, drift: readonly ReportDrift[]): HTMLElement | undefined {
  if (drift.length === 0) return undefined;
  const matters = drift.filter(({ effect }) => effect !== '');
  const rest = drift.filter(({ effect }) => effect === '');
  const table = (rows: readonly ReportDrift[]): HTMLElement =>
    scrolling(
      title,
      element(
        'table',
        { class: 'beside drifts' },
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...['What', 'Original', 'Replay', 'Can change'].map((name) =>
              element('th', { scope: 'col' }, name),
            ),
          ),
        ),
        element('tbody', {}, ...rows.map(driftRow)),
      ),
    );
  return element(
    'div',
    { class: 'block' },
    element('h3', {}, title),
    matters.length === 0 ? undefined : table(matters),
    rest.length === 0
      ? undefined
      : element(
          'details',
          {},
          element('summary', {}, `${rest.length} more that change no result`),
          table(rest),
        ),
  );
}

function driftRow({ what, before, after, effect }: ReportDrift): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, what),
    element('td', {}, before === undefined ? 'absent' : element('del', {}, before)),
    element('td', {}, after === undefined ? 'absent' : element('ins', {}, after)),
    element('td', {}, effect === '' ? 'nothing' : effect),
  );
}

const SIGNS: Record<ReportUse['mark'], [sign: string, words: string]> = {
  same: ['●', 'moved, and stands where it stood in the replay'],
  moved: ['■', 'moved'],
  apart: ['◆', 'moved, and stands elsewhere than in the replay'],
  unreached: ['○', 'drawn where no seed reached'],
};

export function streamsSection(
  { streams }: ReportDocument,
  link: (cell: number) => Child,
): HTMLElement | undefined {
  if (streams === undefined) return undefined;
  const marks = new Set(streams.rows.flatMap(({ uses }) => uses.map(({ mark }) => mark)));
  const legend = (Object.keys(SIGNS) as ReportUse['mark'][])
    .filter((mark) => marks.has(mark))
    .map((mark) => element('li', {}, sign(mark), ` ${SIGNS[mark][1]}`));
  return element(
    'section',
    { 'aria-labelledby': 'streams' },
    element('h2', { id: 'streams' }, 'Randomness, cell by cell'),
    scrolling('Random streams by cell', streamsTable(streams, link)),
    element('ul', { class: 'legend' }, ...legend),
    streams.more === 0
      ? undefined
      : element('p', { class: 'aside' }, `${streams.more} more streams are left out.`),
  );
}

function streamsTable({ cells, rows }: ReportStreams, link: (cell: number) => Child): HTMLElement {
  const head = cells.map((cell) => element('th', { scope: 'col' }, unseen('cell '), link(cell)));
  const body = rows.map(({ stream, uses }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, stream),
      ...cells.map((cell) => {
        const use = uses.find((each) => each.cell === cell);
        return use === undefined
          ? element('td', {})
          : element('td', { title: use.text }, sign(use.mark), unseen(use.text));
      }),
    ),
  );
  return element(
    'table',
    { class: 'streams' },
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Stream'), ...head)),
    element('tbody', {}, ...body),
  );
}

function sign(mark: ReportUse['mark']): HTMLElement {
  return element('span', { class: `sign-of ${mark}`, 'aria-hidden': 'true' }, SIGNS[mark][0]);
}

const BAR = { label: 64, length: 300, value: 230, row: 26, height: 14 };

export function costSection({ cost }: ReportDocument): HTMLElement | undefined {
  if (cost === undefined) return undefined;
  const measured = new Date(cost.measuredAt);
  const when = Number.isNaN(measured.getTime())
    ? ''
    : ` on ${measured.toLocaleDateString(undefined, { dateStyle: 'medium' })}`;
  return element(
    'section',
    { 'aria-labelledby': 'cost' },
    element('h2', { id: 'cost' }, 'What the policies cost'),
    costChart(cost),
    element(
      'p',
      { class: 'aside' },
      `Seconds of all cells: median and range of ${cost.times} runs each, measured${when}. "plain" is without Reprise.`,
    ),
  );
}

function costChart({ variants }: ReportCost): SVGElement {
  const most = Math.max(...variants.map(({ max }) => max), Number.MIN_VALUE);
  const length = (seconds: number): number => Math.max((seconds / most) * BAR.length, 1);
  const said = variants.map((variant) => `${variant.name} ${costWords(variant)}`).join('; ');
  const rows = variants.flatMap((variant, i) => {
    const y = i * BAR.row;
    const middle = y + BAR.row / 2;
    const [low, high] = [BAR.label + length(variant.min), BAR.label + length(variant.max)];
    return [
      svgElement('text', { x: BAR.label - 10, y: middle, class: 'name' }, variant.name),
      svgElement('rect', {
        x: BAR.label,
        y: middle - BAR.height / 2,
        width: length(variant.median),
        height: BAR.height,
        rx: 2,
        class: variant.name === 'plain' ? 'bar plain' : 'bar',
      }),
      svgElement('path', {
        d: `M${low} ${middle}H${high}M${low} ${middle - 4}v8M${high} ${middle - 4}v8`,
        class: 'range',
      }),
      svgElement('text', { x: high + 10, y: middle, class: 'value' }, costWords(variant)),
    ];
  });
  const [width, height] = [BAR.label + BAR.length + BAR.value, variants.length * BAR.row];
  return svgElement(
    'svg',
    { class: 'cost', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': said },
    ...rows,
  );
}

function costWords({ name, median, ratio, differs }: ReportCost['variants'][number]): string {
  const seconds = `${median < 10 ? median.toFixed(2) : median.toFixed(1)} s`;
  if (name === 'plain') return seconds;
  return `${seconds} · ${ratio.toFixed(2)}×${differs ? '' : ', within the noise'}`;
}
