import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How long an interrupted command may take to keep its partial record before it is ended. */
const GRACE_MS = 15_000;

export type Ended = {
  /** The documented exit code; 130 when it was cancelled, 5 when it could not be started. */
  code: number;
  /** Everything it printed, stdout and stderr, line by line. */
  lines: string[];
};

/** Runs the bundled `reprise` command, so that the editor and the terminal do and say the same. */
export class CommandLine {
  private readonly children = new Set<ChildProcess>();

  constructor(
    private readonly program: string,
    private readonly node: string = process.execPath,
  ) {}

  /** Never rejects: what went wrong is in `code` and `lines`. */
  run(args: string[], folder: string, onLine: (line: string) => void, signal: AbortSignal): Promise<Ended> {
    return new Promise((resolve) => {
      const child = spawn(this.node, [this.program, ...args], {
        cwd: folder,
        // The editor's own executable is Electron, which is a Node only when asked.
        env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      this.children.add(child);
      const lines: string[] = [];
      const take = (line: string) => {
        lines.push(line);
        onLine(line);
      };
      createInterface({ input: child.stdout }).on('line', take);
      createInterface({ input: child.stderr }).on('line', take);
      const interrupt = () => this.interrupt(child);
      signal.addEventListener('abort', interrupt, { once: true });
      if (signal.aborted) interrupt();

      child.on('error', (error) => take(`The reprise command could not be started: ${error.message}`));
      child.on('close', (code) => {
        this.children.delete(child);
        signal.removeEventListener('abort', interrupt);
        // A child that never started closes with a negative code.
        const ended = code !== null && code >= 0 ? code : 5;
        resolve({ code: signal.aborted ? 130 : ended, lines });
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
