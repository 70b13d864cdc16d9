/**
 * Draws what a program printed as a terminal picture, to keep README's picture what the demonstration really says:
 * `FORCE_COLOR=1 npm run --silent demo | node scripts/demo/picture.mjs 'npm run demo' > media/demo.svg`
 */
import { readFileSync } from 'node:fs';

const CHARACTER = 8;
const LINE = 19;
const MARGIN = 18;
const TITLE = 34;
const STYLES = {
  0: '',
  1: 'font-weight="bold"',
  2: 'fill="#7d8590"',
  31: 'fill="#ff7b72"',
  32: 'fill="#56d364"',
  33: 'fill="#e3b341"',
};

const ESCAPE = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESCAPE}\\[(\\d+)m`);

/** @param {string} text with SGR colour codes @returns {string} an SVG document */
export function picture(text, prompt) {
  const lines = [`${ESCAPE}[2m$${ESCAPE}[0m ${prompt}`, ...text.trimEnd().split('\n')].map(spansOf);
  const columns = Math.max(
    ...lines.map((spans) => spans.reduce((sum, { text: part }) => sum + part.length, 0)),
  );
  const width = columns * CHARACTER + 2 * MARGIN;
  const height = TITLE + lines.length * LINE + MARGIN;
  const lights = ['#ff5f57', '#febc2e', '#28c840'].map(
    (colour, i) => `<circle cx="${MARGIN + 6 + i * 20}" cy="18" r="6" fill="${colour}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="${width}" height="${height}" rx="9" fill="#0d1117"/>`,
    ...lights,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="13" fill="#e6edf3">',
    ...lines.flatMap((spans, i) => drawn(spans, TITLE + (i + 0.75) * LINE)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Each word group has its own place and length, so that columns stay columns whatever the viewer's font. */
function drawn(spans, y) {
  let column = 0;
  const parts = [];
  for (const { text, style } of spans) {
    for (const { 0: group, index } of text.matchAll(/\S+(?: \S+)*/g)) {
      const x = MARGIN + (column + index) * CHARACTER;
      const place = `x="${x}" y="${y}" textLength="${group.length * CHARACTER}"`;
      parts.push(`<text ${place} ${STYLES[style]} xml:space="preserve">${escape(group)}</text>`);
    }
    column += text.length;
  }
  return parts;
}

/** Splitting at a group keeps what the group matched: texts and colour codes alternate. */
function spansOf(line) {
  let style = 0;
  return line.split(COLOUR).flatMap((part, i) => {
    if (i % 2 === 0) return part === '' ? [] : [{ text: part, style }];
    style = Number(part);
    return [];
  });
}

function escape(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

process.stdout.write(picture(readFileSync(0, 'utf8'), process.argv[2] ?? ''));
