import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Check } from '../cluster/preflight';
import type { RunnerEvent } from '../replay/execution/local';

/** How long an interrupted command may take to keep its partial record before it is ended. */
const GRACE_MS = 15_000;

/** What a command tells while it works; on a cluster, what was looked at and what is waited for too. */
export type SaidEvent =
  RunnerEvent | { event: 'preflight'; checks: readonly Check[] } | { event: 'notice'; notice: string };

export type Request = {
  /** Subcommand and arguments, without those that choose the form of the output. */
  args: string[];
  folder: string;
  /** Seconds that a kernel may take to start. */
  startSeconds?: number;
  onEvent?: (event: SaidEvent) => void;
  onSaid?: (line: string) => void;
  /** What it does now, where it has no cells to count. */
  onStep?: (what: string) => void;
  signal?: AbortSignal;
};

export type Ended = {
  /** The documented exit code; 130 when it was cancelled, 5 when it could not be started. */
  code: number;
  /** The JSON document it printed, if it came so far. */
  document?: unknown;
  /** What it said to people, line by line. */
  said: string[];
};

/** Runs the bundled `reprise` command, so that the editor and the terminal do and say the same. */
export class CommandLine {
  private readonly children = new Set<ChildProcess>();

  constructor(
    private readonly program: string,
    private readonly node: string = process.execPath,
  ) {}

  /** Never rejects: what went wrong is in `code` and `said`. */
  run({ args, folder, startSeconds, onEvent, onSaid, onStep, signal }: Request): Promise<Ended> {
    return new Promise((resolve) => {
      const form = ['--format', 'json', '--progress', 'ndjson'];
      const child = spawn(this.node, [this.program, ...args, ...form], {
        cwd: folder,
        env: environment(startSeconds),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      this.children.add(child);
      const said: string[] = [];
      const say = (line: string) => {
        said.push(line);
        onSaid?.(line);
      };
      let printed = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
      const errors = createInterface({ input: child.stderr });
      const errorsRead = new Promise<void>((done) => errors.once('close', done));
      errors.on('line', (line) => {
        const event = eventIn(line);
        if (event?.event === 'step') onStep?.(event.what);
        else if (event?.event === 'warning' || event?.event === 'error') say(event.message);
        else if (event !== undefined) onEvent?.(event);
        else if (line.trim() !== '') say(line.trim());
      });
      const interrupt = () => this.interrupt(child);
      signal?.addEventListener('abort', interrupt, { once: true });
      if (signal?.aborted) interrupt();

      child.on('error', (error) => say(`The reprise command could not be started: ${error.message}`));
      child.on('close', (code) => {
        this.children.delete(child);
        signal?.removeEventListener('abort', interrupt);
        // A child that never started closes with a negative code.
        const ended = code !== null && code >= 0 ? code : 5;
        const document = parse(printed);
        void errorsRead.then(() =>
          resolve({
            code: signal?.aborted ? 130 : ended,
            said,
            ...(document === undefined ? {} : { document }),
          }),
        );
      });
    });
  }

  private interrupt(child: ChildProcess): void {
    child.kill('SIGINT');
    const last = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    child.once('close', () => clearTimeout(last));
  }

  /** A window that closes takes its commands along; each keeps what it recorded. */
  dispose(): void {
    for (const child of this.children) this.interrupt(child);
  }
}

function environment(startSeconds: number | undefined): NodeJS.ProcessEnv {
  return {
    ...process.env,
    // The editor's own executable is Electron, which is a Node only when asked.
    ELECTRON_RUN_AS_NODE: '1',
    NO_COLOR: '1',
    ...(startSeconds === undefined ? {} : { REPRISE_START_SECONDS: String(startSeconds) }),
  };
}

/** What is said to people beside the events of a run. */
type Told =
  | { event: 'step'; what: string }
  | { event: 'warning'; message: string }
  | { event: 'error'; message: string };

function eventIn(line: string): SaidEvent | Told | undefined {
  const parsed = line.startsWith('{') ? parse(line) : undefined;
  return parsed !== undefined && typeof (parsed as SaidEvent | Told).event === 'string'
    ? (parsed as SaidEvent | Told)
    : undefined;
}

function parse(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
