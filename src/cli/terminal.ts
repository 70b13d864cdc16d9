/** What a person reads, and what a program reads: never both on stdout. */
export type Format = 'text' | 'json';

export type Style = (text: string) => string;

/** What a terminal would act upon, and what turns the direction of writing round. */
/* eslint-disable no-control-regex */
const SEQUENCE = /\x1b\[[0-?]*[ -/]*[@-~]/g;
const OURS = /^\x1b\[(?:[012]|3[123])m$/;
const CONTROLS =
  /\x1b(?!\[(?:[012]|3[123])m)|[\0-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/* eslint-enable no-control-regex */

/**
 * Text as a terminal may show it: names and messages in it may be somebody else's.
 * @param colour whether our own colours stay
 */
export function harmless(text: string, colour = false): string {
  return text
    .replace(SEQUENCE, (found) => (colour && OURS.test(found) ? found : ''))
    .replace(CONTROLS, (found) => (found === '\r' ? ' ' : '\ufffd'));
}

export class Terminal {
  readonly colour: boolean;

  constructor(
    readonly format: Format,
    readonly progress: 'text' | 'ndjson' | 'none',
    private readonly options: { color?: boolean; dryRun?: boolean },
    private readonly out: NodeJS.WriteStream = process.stdout,
    private readonly err: NodeJS.WriteStream = process.stderr,
  ) {
    this.colour = options.color !== false && !process.env.NO_COLOR && format === 'text' && out.isTTY === true;
  }

  /** May the last line be drawn again? Only where a person watches. */
  get redraws(): boolean {
    return this.colour;
  }

  get width(): number {
    return Math.min(this.out.columns || 100, 120);
  }

  /** Text for people; nothing in JSON mode. */
  say(text = ''): void {
    if (this.format === 'text') this.out.write(this.shown(text) + '\n');
  }

  /** As `say`, and one line whatever names are in it. */
  line(text: string): void {
    this.say(text.replace(/\s*[\r\n\u2028\u2029]\s*/g, ' '));
  }

  /** What happens while it happens: stdout for people, stderr beside a document or manifests unless events take its place. */
  tell(text: string): void {
    if (this.format === 'text' && !this.options.dryRun) this.out.write(this.shown(text) + '\n');
    else if (this.progress === 'text') this.err.write(this.shown(text) + '\n');
  }

  /** A step of what has no cells to count. */
  step(what: string): void {
    this.tell(this.dim(`${what} …`));
    this.event({ event: 'step', what });
  }

  /** A line that the next one replaces. */
  draw(text: string): void {
    if (this.redraws) this.out.write(`\r\x1b[2K${this.shown(text)}`);
  }

  warn(text: string): void {
    if (this.progress === 'ndjson') this.event({ event: 'warning', message: harmless(text) });
    else this.err.write(this.shown(text) + '\n');
  }

  event(event: object): void {
    if (this.progress === 'ndjson') this.err.write(JSON.stringify(event) + '\n');
  }

  /** The one document of JSON mode. */
  document(document: object): void {
    if (this.format === 'json') this.out.write(jsonText(document) + '\n');
  }

  bold: Style = (text) => this.paint(text, 1);
  dim: Style = (text) => this.paint(text, 2);
  red: Style = (text) => this.paint(text, 31);
  green: Style = (text) => this.paint(text, 32);
  yellow: Style = (text) => this.paint(text, 33);

  private shown(text: string): string {
    return harmless(text, this.colour);
  }

  private paint(text: string, code: number): string {
    return this.colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}

/** JSON leaves some controls as they are, that a terminal would act upon. */
function jsonText(document: object): string {
  return JSON.stringify(document, null, 2).replace(
    /[\x7f-\x9f]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
