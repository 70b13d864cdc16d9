import { maskFrame } from './progress';

type Line = { text: string; frame: boolean };
type Column = 'start' | 'returned' | 'end';

const CURSOR_UP = String.fromCharCode(27) + '[A';
const CONTROLS = new RegExp(`(\\r*\\n|\\r|${String.fromCharCode(27)}\\[A)`);

/**
 * What a front end shows of a stream: a backspace erases, and text after a carriage return covers the text before it
 * (the rules of Jupyter and VS Code).
 */
export function applyReturns(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  return text
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').split('\r').map(erase).reduce(cover))
    .join('\n');
}

/** Masks progress bars and leaves carriage returns as they are. */
export function maskFrames(text: string): string {
  const parts = text.split(/([\r\n])/);
  return parts.map((part, i) => maskFrame(erase(part), parts[i - 1] === '\r') ?? part).join('');
}

/**
 * As `applyReturns`, with progress bars masked. A bar covers its whole line: tqdm and Keras pad each frame to cover the one
 * before, so the padding follows the durations. A cursor movement up is obeyed only between two lines that hold a bar, as
 * nested bars make it, so nothing but a bar is ever covered by it.
 */
export function applyReturnsAndMaskFrames(text: string): string {
  if (!text.includes('\r')) return maskFrames(applyReturns(text));
  const lines: Line[] = [{ text: '', frame: false }];
  let row = 0;
  let column: Column = 'start';
  let masked = false;
  for (const part of text.split(CONTROLS)) {
    const line = lines[row] as Line;
    if (part.endsWith('\n')) {
      row += 1;
      if (row === lines.length) lines.push({ text: '', frame: false });
      column = 'start';
    } else if (part === '\r') {
      column = 'returned';
    } else if (part === CURSOR_UP && line.frame && lines[row - 1]?.frame) {
      row -= 1;
      column = 'end';
    } else if (part !== '') {
      lines[row] = written(line, erase(part), column);
      masked ||= lines[row]?.frame ?? false;
      column = 'end';
    }
  }
  if (!masked) return applyReturns(text);
  // With a bar below the cursor the joined lines would not say where the next text was printed.
  if (lines.slice(row + 1).some((line) => line.text !== '')) return maskFrames(applyReturns(text));
  return lines
    .slice(0, row + 1)
    .map((line) => line.text)
    .join('\n');
}

function written(line: Line, text: string, column: Column): Line {
  if (column === 'end') return { text: line.text + text, frame: false };
  const masked = maskFrame(text, column === 'returned');
  if (masked !== undefined) return { text: masked, frame: true };
  if (line.frame && /^ +$/.test(text)) return { text: '', frame: true };
  return { text: cover(line.text, text), frame: false };
}

function erase(text: string): string {
  if (!text.includes('\b')) return text;
  const kept: string[] = [];
  for (const character of text) {
    if (character === '\b') kept.pop();
    else kept.push(character);
  }
  return kept.join('');
}

function cover(under: string, over: string): string {
  const [below, above] = [[...under], [...over]];
  return over + below.slice(above.length).join('');
}
