/**
 * IPython's syntax, hidden from a parser of Python: each magic becomes Python of the same length, so that every offset
 * stays. After IPython's `inputtransformer2`; what is Python behind a magic (`%time x = f()`) stays to be analysed.
 */
export type Magic = { from: number; to: number; text: string };

export type Lexed =
  | { language: 'python'; code: string; magics: Magic[] }
  /** The cell is in another language: `%%bash`, `%%writefile`. */
  | { language: string; code: ''; magics: Magic[] };

const PYTHON_CELLS = /^(time|timeit|capture|prun|px|memit|mprun|lprun|snakeviz|heat|scalene|python3?|pypy)$/;
const JAVASCRIPT_CELLS = /^(javascript|js|typescript|ts)$/;
const PYTHON_LINES = /^%(time|timeit|prun|memit|lprun|mprun)\b/;
const OPTIONS = /^(\s+-(?:[nrlscDTfu]\s*\S+|[a-zA-Z]+))*/;

export function hideMagics(source: string): Lexed {
  const cell = /^\s*%%(\S*)(.*)/.exec(source);
  if (cell === null) return lex(source, 0, []);
  const name = cell[1]!.toLowerCase();
  const begin = cell[0].length;
  const magic = { from: source.indexOf('%%'), to: begin, text: cell[0].trim() };
  if (PYTHON_CELLS.test(name)) return lex(source, begin, [magic]);
  return { language: JAVASCRIPT_CELLS.test(name) ? 'javascript' : name, code: '', magics: [magic] };
}

function lex(source: string, begin: number, magics: Magic[]): Lexed {
  const pieces = [' '.repeat(begin)];
  let at = begin;
  while (at < source.length) {
    const end = endOfStatement(source, at);
    const hidden = hide(source.slice(at, end));
    if (hidden !== undefined) magics.push({ from: at, to: end, text: source.slice(at, end).trim() });
    const last = hidden === undefined ? end : endOfMagic(source, at);
    const text = hidden === undefined ? source.slice(at, last) : hide(source.slice(at, last))!;
    pieces.push(text);
    at = last;
  }
  return { language: 'python', code: pieces.join(''), magics };
}

/** Python of the same length, or undefined where the line is Python. */
function hide(line: string): string | undefined {
  const [, indent = '', text = '', rest = ''] = /^(\s*)(.*)([^]*)$/.exec(line)!;
  if (text === '') return undefined;
  const keep = (head: string, body: string): string => {
    const tail = rest.replace(/[^\r\n]/g, ' ');
    return indent + head + body.slice(head.length) + tail;
  };
  const timed = PYTHON_LINES.exec(text);
  if (timed) {
    const options = OPTIONS.exec(text.slice(timed[0].length))![0];
    const head = timed[0].length + options.length;
    return indent + 'pass;'.padEnd(head) + text.slice(head) + rest;
  }
  if (/^(%|!|\?|[,;/][A-Za-z_])/.test(text) || /^[\w.[\]()*%]+\?{1,2}$/.test(text.trimEnd())) {
    const body = ' '.repeat(text.length);
    return keep(text.length >= 4 ? 'pass' : '0', body);
  }
  const assigned = /^([A-Za-z_][\w.,\s[\]]*=\s*)([%!])/.exec(text);
  if (assigned && !/==/.test(assigned[1]!)) {
    const head = assigned[1]!;
    return keep(`${head}_`, head + ' '.repeat(text.length - head.length));
  }
  return undefined;
}

/** A magic goes on where its line ends in a backslash. */
function endOfMagic(source: string, at: number): number {
  let end = at;
  for (;;) {
    const next = source.indexOf('\n', end);
    if (next < 0) return source.length;
    end = next + 1;
    if (!/\\\r?\n$/.test(source.slice(at, end))) return end;
  }
}

/** Behind the line end that ends the statement at this place: not one within brackets, strings or behind a backslash. */
function endOfStatement(source: string, begin: number): number {
  let depth = 0;
  for (let at = begin; at < source.length; at++) {
    const char = source[at]!;
    if (char === '\\') at += source.startsWith('\r\n', at + 1) ? 2 : 1;
    else if (char === '#') {
      const end = source.indexOf('\n', at);
      at = (end < 0 ? source.length : end) - 1;
    } else if (char === '"' || char === "'") at = endOfString(source, at) - 1;
    else if (char === '(' || char === '[' || char === '{') depth += 1;
    else if (char === ')' || char === ']' || char === '}') depth -= 1;
    else if (char === '\n' && (depth <= 0 || looksLikeMagic(source, at + 1))) return at + 1;
  }
  return source.length;
}

/** A bracket that is not closed yet must not hide what stands below it. */
function looksLikeMagic(source: string, at: number): boolean {
  return /^(%%?[a-z]|![a-z])/.test(source.slice(at, at + 4));
}

function endOfString(source: string, at: number): number {
  const quote = source[at]!;
  const mark = source.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  for (let end = at + mark.length; end < source.length; end++) {
    if (source[end] === '\\') end += 1;
    else if (source.startsWith(mark, end)) return end + mark.length;
    // A plain string that is not closed ends with its line.
    else if (mark.length === 1 && source[end] === '\n') return end;
  }
  return source.length;
}
