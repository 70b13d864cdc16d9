/** What is drawn, as a file: SVG and PNG with the colours of the moment, and Mermaid for a page of text. */
import { element } from '../common/dom';
import type { Drawing } from './draw';
import { nameOf, type Graph } from './model';
import { isStale, titleOf } from './words';

const DRAWN = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
];
const LARGEST = 8192;

export function svgText({ svg, size }: Drawing): string {
  // What is out of sight is part of the picture.
  svg.classList.remove('far');
  for (const node of svg.querySelectorAll('.outside')) node.classList.remove('outside');
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [...svg.querySelectorAll('*')];
  [...copy.querySelectorAll('*')].forEach((each, i) => {
    const style = getComputedStyle(originals[i] as Element);
    for (const name of DRAWN) each.setAttribute(name, style.getPropertyValue(name));
    for (const name of ['class', 'tabindex', 'role', 'aria-description', 'data-label', 'data-id', 'data-key'])
      each.removeAttribute(name);
  });
  copy.querySelector('g')?.removeAttribute('transform');
  for (const name of ['class', 'role', 'aria-label']) copy.removeAttribute(name);
  const [width, height] = [Math.ceil(size.width), Math.ceil(size.height)];
  for (const [name, value] of Object.entries({
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
  }))
    copy.setAttribute(name, String(value));
  const back = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  back.setAttribute('width', String(width));
  back.setAttribute('height', String(height));
  back.setAttribute('fill', getComputedStyle(document.body).backgroundColor);
  copy.prepend(back);
  return new XMLSerializer().serializeToString(copy);
}

export async function pngOf(drawing: Drawing): Promise<Blob> {
  const { width, height } = drawing.size;
  const scale = Math.min(2, LARGEST / width, LARGEST / height);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(drawing))}`;
  await image.decode();
  const canvas = element('canvas');
  [canvas.width, canvas.height] = [Math.ceil(width * scale), Math.ceil(height * scale)];
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob === null ? reject(new Error('too large')) : resolve(blob)), 'image/png'),
  );
}

export function mermaidOf({ nodes, edges }: Graph): string {
  const names = new Map(nodes.map(({ id }, i) => [id, `n${i}`]));
  const quoted = (text: string): string =>
    `"${text.replace(/[^\p{L}\p{N} _.,:/()=+*-]/gu, (c) => `#${c.codePointAt(0)};`)}"`;
  return [
    'flowchart TD',
    ...nodes.map((node) => {
      const words = node.kind === 'cell' ? `${nameOf(node)}: ${titleOf(node)}` : nameOf(node);
      const [open, close] = { cell: ['[', ']'], variable: ['(', ')'], file: ['[/', '/]'] }[node.kind];
      return `  ${names.get(node.id)}${open}${quoted(words)}${close}${isStale(node) ? ':::stale' : ''}`;
    }),
    ...edges.map(({ from, to, names: through, isStatic }) => {
      const label = through.length === 0 ? '' : `|${quoted(through.join(', '))}|`;
      return `  ${names.get(from)} ${isStatic ? '-.->' : '-->'}${label} ${names.get(to)}`;
    }),
    '  classDef stale stroke-dasharray: 4',
    '',
  ].join('\n');
}

export function download(name: string, content: Blob): void {
  const link = element('a', { download: name, href: URL.createObjectURL(content) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
