/** What a person reads, and what a program reads: never both on stdout. */
export type Format = 'text' | 'json';

export type Style = (text: string) => string;

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
    if (this.format === 'text') this.out.write(text + '\n');
  }

  /** What happens while it happens: stdout for people, stderr beside a document or manifests unless events take its place. */
  tell(text: string): void {
    if (this.format === 'text' && !this.options.dryRun) this.out.write(text + '\n');
    else if (this.progress === 'text') this.err.write(text + '\n');
  }

  /** A step of what has no cells to count. */
  step(what: string): void {
    this.tell(this.dim(`${what} …`));
    this.event({ event: 'step', what });
  }

  /** A line that the next one replaces. */
  draw(text: string): void {
    if (this.redraws) this.out.write(`\r\x1b[2K${text}`);
  }

  warn(text: string): void {
    this.err.write(text + '\n');
  }

  event(event: object): void {
    if (this.progress === 'ndjson') this.err.write(JSON.stringify(event) + '\n');
  }

  /** The one document of JSON mode. */
  document(document: object): void {
    if (this.format === 'json') this.out.write(JSON.stringify(document, null, 2) + '\n');
  }

  bold: Style = (text) => this.paint(text, 1);
  dim: Style = (text) => this.paint(text, 2);
  red: Style = (text) => this.paint(text, 31);
  green: Style = (text) => this.paint(text, 32);
  yellow: Style = (text) => this.paint(text, 33);

  private paint(text: string, code: number): string {
    return this.colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}
