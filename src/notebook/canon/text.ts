/** Masks of plain text: escape sequences, addresses and paths that belong to the process, not to the result. */

const ESC = String.fromCharCode(27);
const CURSOR_UP = `${ESC}[A`;
const CONTROL_SEQUENCE = new RegExp(`${ESC}\\[[0-9;:?]*[A-Za-z]`, 'g');

const TOKEN = /‹(?:address|pid|environment|time|loops|rate|id-\d+)›/g;

/** Marks what already looks like the token of a mask, so that no text that was really printed equals a masked one. */
export function escapeTokens(text: string): string {
  return text.includes('‹') ? text.replace(TOKEN, '‹$&') : text;
}

/** ANSI control sequences (colours, cursor movements); `keepCursorUp` keeps those that move one line up. */
export function stripAnsi(text: string, keepCursorUp = false): string {
  if (!text.includes(ESC)) return text;
  return text.replace(CONTROL_SEQUENCE, (code) => (keepCursorUp && code === CURSOR_UP ? code : ''));
}

/**
 * `<object at 0x7f…>`: only ` at 0x…` right before `>`, which HTML writes as `&gt;`; NumPy's `Generator(PCG64) at 0x7F…`;
 * and what scikit-learn's tables of an estimator shorten these to.
 */
export function maskAddresses(text: string, isHtml = false): string {
  const masked = text
    .replace(isHtml ? /( at )0x[0-9a-fA-F]+(?=&gt;|>)/g : /( at )0x[0-9a-fA-F]+(?=>)/g, '$1‹address›')
    .replace(/((?:RandomState|Generator)\(\w+\) at )0x[0-9A-F]+\b/g, '$1‹address›');
  if (!isHtml || !masked.includes(' id="sk-container-id-')) return masked;
  return masked.replace(/(<td[^<>]*>[^<>]*\.\.\.)0?x[0-9a-fA-F]{6,}(?=(?:&gt;)?<\/td>)/g, '$1‹address›');
}

/** `/tmp/ipykernel_<pid>/<n>.py`: the process id only; the number of the file follows from the cell's source. */
export function maskIpykernelPath(text: string): string {
  return text.replace(/([\\/]ipykernel_)\d+(?=[\\/]\d+\.py)/g, '$1‹pid›');
}

/** The prefix of the running environment, where a path goes on into its libraries. */
export function maskLibraryPath(text: string, prefix: string | undefined): string {
  const bare = prefix?.replace(/[\\/]+$/, '');
  if (!bare || !text.includes(bare)) return text;
  const literal = bare.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const libraries = '[\\\\/](?:lib(?:64)?[\\\\/]python3\\.\\d+t?[\\\\/]|Lib[\\\\/]site-packages[\\\\/])';
  return text.replace(new RegExp(`(?<![\\w.\\\\/~‹-])${literal}(?=${libraries})`, 'g'), '‹environment›');
}

const LOG_LINES = [
  // abseil's and glog's; before it is told where to log, abseil counts the seconds since 1970
  [/^([IWEF])\d{4} \d\d:\d\d:\d{2,}\.\d{6} +\d+ (?=[\w./+-]+:\d+\] )/gm, '$1‹time› ‹pid› '],
  // TensorFlow's own
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}: (?=[IWEF] [\w./+-]+:\d+\] )/gm, '‹time›: '],
] as const;

/** Time and thread in the lines that TensorFlow's and XLA's native code writes to standard error. */
export function maskLogTimes(text: string): string {
  return LOG_LINES.reduce((masked, [line, shown]) => masked.replace(line, shown), text);
}
