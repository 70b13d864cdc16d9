/** The demonstration's table as text: pure functions of its rows. */

/**
 * @typedef {{ notebook: string, way: string, verdict: string, words: string, expected: boolean,
 *   first: { index: number, source: string } | null, cause: string }} Row
 *   `words` is the verdict as a person reads it, `source` the cell's first line, `cause` '' where nothing differs.
 */

const HEADINGS = ['notebook', 'how it was run', 'verdict', 'first difference, and why'];
const GAP = '  ';
const NARROWEST_LAST_COLUMN = 36;
const INDENT = 4;

/**
 * Differences stand in a last column, or below their rows where the terminal is too narrow for that.
 * @param {Row[]} rows @param {{ width: number, paint: Paint }} options @returns {string[]} lines
 */
export function table(rows, { width, paint }) {
  const lastNotebook = (i) => rows[i - 1]?.notebook;
  const cells = rows.map((row, i) => [
    row.notebook === lastNotebook(i) ? '' : row.notebook,
    row.way,
    row.words,
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...[HEADINGS, ...cells].map((cell) => cell[column].length)),
  );
  const used = widths.reduce((sum, each) => sum + each + GAP.length, 0);
  const beside = width - used >= NARROWEST_LAST_COLUMN;
  const start = beside ? used : INDENT;
  const rule = paint('dim', '─'.repeat(Math.max(width, used - GAP.length)));
  const lines = [line(beside ? HEADINGS : HEADINGS.slice(0, 3), widths), rule];
  rows.forEach((row, i) => {
    if (i > 0 && cells[i][0] !== '') lines.push('');
    const details = detailsOf(row, Math.max(width - start, NARROWEST_LAST_COLUMN));
    const [notebook, way, words] = cells[i];
    const verdict = paint(colourOf(row), words.padEnd(widths[2]));
    const shown = [paint('bold', notebook.padEnd(widths[0])), way.padEnd(widths[1]), verdict];
    if (beside) shown.push(details.shift() ?? '');
    lines.push(shown.join(GAP).trimEnd(), ...details.map((detail) => ' '.repeat(start) + detail));
  });
  return [...lines, rule];
}

/** @param {Row} row */
function detailsOf({ first, cause }, width) {
  if (first === null) return [];
  return [shorten(first.source, width), ...wrap(cause, width)];
}

/** Green is what repeats, red what does not; yellow is a row that is not as the demonstration promises. */
function colourOf({ verdict, expected }) {
  if (!expected) return 'yellow';
  return verdict === 'different' ? 'red' : 'green';
}

function line(texts, widths) {
  return texts
    .map((text, i) => text.padEnd(widths[i] ?? 0))
    .join(GAP)
    .trimEnd();
}

function shorten(text, width) {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

export function wrap(text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= width || lines.at(-1) === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.filter((each) => each !== '');
}

/** @typedef {(style: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string) => string} Paint */

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

/** @returns {Paint} */
export function painter(inColour) {
  return (style, text) => (inColour && text.trim() !== '' ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text);
}
