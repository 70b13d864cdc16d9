/** One `reprise session` driven from a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { StaleReason } from '../../src/lineage/graph';
import type { Answer } from '../../src/replay/session/protocol';
import { PYTHON, REPRISE, type Workplace } from './support';

export type Cells = Record<string, string>;

export class Session {
  private readonly child: ChildProcess;
  private readonly waiting: ((answer: Answer) => void)[] = [];
  private readonly complaints: string[] = [];
  readonly ended: Promise<number | null>;

  constructor(place: Workplace, notebook: string, ...args: string[]) {
    this.child = spawn(REPRISE, ['session', notebook, '--python', PYTHON, ...args], {
      cwd: place.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => this.complaints.push(text));
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.waiting.shift()?.(JSON.parse(line) as Answer);
    });
    this.ended = new Promise((settle) => this.child.once('close', settle));
  }

  /** @throws when the session ends without an answer */
  ask(operation: object | string): Promise<Answer> {
    const line = typeof operation === 'string' ? operation : JSON.stringify(operation);
    const answer = new Promise<Answer>((settle) => this.waiting.push(settle));
    this.child.stdin!.write(`${line}\n`);
    const gone = this.ended.then((code): never => {
      throw new Error(`The session ended with ${code}:\n${this.complaints.join('')}`);
    });
    return Promise.race([answer, gone]);
  }

  run(cell: string): Promise<Answer> {
    return this.ask({ op: 'run', cell });
  }

  /** Puts these cells in place of all that are there, in an empty kernel; new ids, so that nothing is known of them. */
  async begin(cells: Cells): Promise<void> {
    const { state } = await this.ask({ op: 'restart' });
    for (const cell of state.order) await this.ask({ op: 'delete', cell });
    for (const [cell, source] of Object.entries(cells)) await this.ask({ op: 'insert', cell, source });
  }

  async close(): Promise<number | null> {
    this.child.stdin!.end();
    return this.ended;
  }
}

/** `b:order(x<c)`: the reason, what it is about, and the cell behind it. */
export function reasonText({ type, variable, file, cell }: StaleReason): string {
  const about = variable ?? file;
  return `${type}(${about ?? ''}${cell === undefined ? '' : `<${cell}`})`;
}
