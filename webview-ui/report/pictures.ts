/** Two pictures: beside each other, one swiped over the other, one faded over the other, and the pixels that differ. */
import type { ReportDifference } from '../../src/replay/report/report';
import { element } from '../common/dom';

type Pictures = NonNullable<ReportDifference['pictures']>;

const WAYS = ['Side by side', 'Swipe', 'Overlay', 'Difference'] as const;
type Way = (typeof WAYS)[number];

/** Comparing more pixels than these makes the page stand still. */
const MOST_PIXELS = 16 << 20;

/** Names the group of its buttons. */
let made = 0;

export function pictureBlock(name: string, { original, replay }: Pictures): HTMLElement {
  if (original === undefined || replay === undefined) return beside(name, { original, replay });
  const place = element('div', { class: 'compared' });
  const show = (way: Way): void => place.replaceChildren(shown(way, name, original, replay));
  show('Side by side');
  return element('div', { class: 'ways-of' }, waysOf(name, show), place);
}

function waysOf(name: string, show: (way: Way) => void): HTMLElement {
  const group = `way-${made++}`;
  const choices = WAYS.map((way, i) => {
    const input = element('input', { type: 'radio', name: group, checked: i === 0 });
    input.addEventListener('change', () => show(way));
    return element('label', {}, input, element('span', {}, way));
  });
  return element(
    'div',
    { class: 'ways', role: 'radiogroup', 'aria-label': `How ${name} is compared` },
    ...choices,
  );
}

function shown(way: Way, name: string, original: string, replay: string): HTMLElement {
  switch (way) {
    case 'Side by side':
      return beside(name, { original, replay });
    case 'Swipe':
      return layered('How much of the original is shown', name, original, replay, (top, part) =>
        top.style.setProperty('clip-path', `inset(0 0 0 ${part}%)`),
      );
    case 'Overlay':
      return layered('How much the replay covers', name, original, replay, (top, part) =>
        top.style.setProperty('opacity', String(part / 100)),
      );
    case 'Difference':
      return difference(name, original, replay);
  }
}

function beside(name: string, { original, replay }: Pictures): HTMLElement {
  const picture = (side: string, address: string | undefined): HTMLElement | undefined =>
    address === undefined
      ? undefined
      : element(
          'figure',
          {},
          element('figcaption', {}, side),
          element('img', { src: address, alt: `${name} of the ${side.toLowerCase()}` }),
        );
  return element('div', { class: 'pictures' }, picture('Original', original), picture('Replay', replay));
}

/** The replay on top of the original; `cover` is told how much of 100 the reader has chosen. */
function layered(
  label: string,
  name: string,
  original: string,
  replay: string,
  cover: (top: HTMLImageElement, part: number) => void,
): HTMLElement {
  const top = element('img', { src: replay, alt: `${name} of the replay`, class: 'top' });
  const slider = element('input', { type: 'range', min: '0', max: '100', value: '50', 'aria-label': label });
  const update = (): void => cover(top, Number(slider.value));
  slider.addEventListener('input', update);
  update();
  return element(
    'div',
    { class: 'layered' },
    element(
      'div',
      { class: 'stack' },
      element('img', { src: original, alt: `${name} of the original` }),
      top,
    ),
    element(
      'div',
      { class: 'slide' },
      element('span', {}, 'Original'),
      slider,
      element('span', {}, 'Replay'),
    ),
  );
}

function difference(name: string, original: string, replay: string): HTMLElement {
  const canvas = element('canvas', { role: 'img', 'aria-label': `Pixels of ${name} that differ` });
  const said = element('p', { class: 'aside', role: 'status' }, 'Comparing …');
  void Promise.all([loaded(original), loaded(replay)])
    .then(([a, b]) => (said.textContent = compare(canvas, a, b)))
    .catch(() => (said.textContent = 'One of the two cannot be drawn here.'));
  return element('div', {}, canvas, said);
}

async function loaded(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

/** Draws the replay pale, with what differs in red. @returns how many pixels differ, in words */
function compare(canvas: HTMLCanvasElement, a: HTMLImageElement, b: HTMLImageElement): string {
  const width = Math.max(a.naturalWidth, b.naturalWidth);
  const height = Math.max(a.naturalHeight, b.naturalHeight);
  if (width * height > MOST_PIXELS) return `Too large to compare here: ${width} × ${height} pixels.`;
  [canvas.width, canvas.height] = [width, height];
  const [was, is] = [pixelsOf(a, width, height), pixelsOf(b, width, height)];
  let count = 0;
  for (let at = 0; at < is.data.length; at += 4) {
    const isSame = [0, 1, 2, 3].every((i) => was.data[at + i] === is.data[at + i]);
    if (!isSame) count += 1;
    const grey = ((is.data[at] ?? 0) + (is.data[at + 1] ?? 0) + (is.data[at + 2] ?? 0)) / 3;
    const pale = 200 + grey * 0.2;
    is.data.set(isSame ? [pale, pale, pale, 255] : [207, 34, 46, 255], at);
  }
  canvas.getContext('2d')?.putImageData(is, 0, 0);
  const share = ((100 * count) / (width * height)).toPrecision(2);
  return `${count} of ${width * height} pixels differ (${share} %), drawn in red.`;
}

function pixelsOf(image: HTMLImageElement, width: number, height: number): ImageData {
  const canvas = element('canvas', { width: String(width), height: String(height) });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, width, height);
}
