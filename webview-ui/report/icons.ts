import type { Mark } from '../../src/replay/report/report';
import { svgElement } from '../common/dom';

const CHECK = 'M5 8.3 7.1 10.4 11 6';

/** Strokes inside a circle, on a grid of 16 by 16. */
const STROKES: Record<Mark, string> = {
  identical: CHECK,
  canonical: CHECK,
  ran: CHECK,
  'within-tolerance': 'M5 7.2q1.5-1.5 3 0t3 0M5 10q1.5-1.5 3 0t3 0',
  different: 'M5 6.7h6M5 9.5h6M9.6 4.6 6.4 11.6',
  unverifiable: 'M6.2 6.4a1.8 1.8 0 1 1 2.5 1.7Q8 8.5 8 9.3M8 11.3v.1',
  raised: 'M8 4.6v4.2M8 11.2v.1',
  none: '',
};

/** Decoration: what it means is always written beside it. */
export function icon(mark: Mark): SVGElement {
  return svgElement(
    'svg',
    { viewBox: '0 0 16 16', class: `icon ${mark}`, 'aria-hidden': 'true' },
    svgElement('circle', { cx: 8, cy: 8, r: 6.7 }),
    svgElement('path', { d: STROKES[mark] }),
  );
}
