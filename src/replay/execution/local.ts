import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { relativePath } from '../../notebook/root';
import { Failure } from '../../notebook/failure';
import type { Fingerprint } from '../../environment/fingerprint';
import type { CellLine, RunStatus } from '../../lineage/record';

/** The runner's progress (docs/internals.md, "Runner events"). */
export type RunnerEvent =
  | { n: number; event: 'started'; run: string; pid: number; kernelPid: number }
  | { n: number; event: 'environment'; environment: Fingerprint }
  | { n: number; event: 'cell-start'; index: number; id: string; number: number; of: number }
  | {
      n: number;
      event: 'cell-end';
      index: number;
      id: string;
      status: 'ok' | 'error';
      durationMs: number;
      /** Absent elsewhere than here: it is in the record, and the event has the digest. */
      record?: CellLine | null;
      outputs?: { raw: string };
      lost?: boolean;
    }
  | { n: number; event: 'fault'; where: string; message: string }
  | { n: number; event: 'end'; status: RunStatus; results: string; root: string; durationMs: number }
  | { n: number; event: 'failed'; reason: string; message: string };

export type Ended = Extract<RunnerEvent, { event: 'end' }>;

/** How long a cancelled runner may take to end its kernel and close its record. */
const GRACE_MS = 15_000;

/**
 * Runs a bundle with the agent's runner on this machine. The runner has its own process group and ends with us: it
 * sees the end of its stdin.
 * @param signal aborting it interrupts the cell; the partial record is closed and the result's status is `cancelled`.
 * @throws Failure when nothing ran, when the runner itself died, `disk` when what ran could not all be written
 */
export async function executeLocally(
  request: { python: string; agent: string; folder: string; run: string },
  onEvent: (event: RunnerEvent) => void,
  signal?: AbortSignal,
): Promise<Ended> {
  const child = spawn(request.python, [request.agent, 'run', request.folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  let ended: Ended | undefined;
  let failed: Extract<RunnerEvent, { event: 'failed' }> | undefined;
  let unwritten: string | undefined;
  const complaints: string[] = [];
  const cancel = (): void => {
    child.stdin.write('{"op":"cancel"}\n');
    setTimeout(() => killGroup(child.pid), GRACE_MS).unref();
  };
  child.stdin.on('error', () => undefined);
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints.push(text);
    if (complaints.length > 100) complaints.shift();
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const event = parseEvent(line);
    if (event === undefined) return;
    if (event.event === 'end') ended = event;
    if (event.event === 'failed') failed = event;
    if (event.event === 'fault' && event.where === 'disk') unwritten ??= event.message;
    onEvent(event);
  });
  const spawned = await new Promise<Error | undefined>((settle) => {
    const linesDone = new Promise<void>((done) => lines.once('close', done));
    child.once('error', settle);
    child.once('close', () => void linesDone.then(() => settle(undefined)));
  });
  signal?.removeEventListener('abort', cancel);
  if (ended && unwritten !== undefined) throw notAllWritten(request.run, unwritten);
  if (ended) return ended;
  if (spawned)
    throw new Failure('infrastructure', 'no-python', `${request.python} does not start: ${spawned.message}`);
  const complaint = lastWords(complaints.join(''));
  throw failed ? explainFailure(failed, request.python, complaint) : runnerDied(request.run, complaint);
}

function parseEvent(line: string): RunnerEvent | undefined {
  try {
    return JSON.parse(line) as RunnerEvent;
  } catch {
    return undefined;
  }
}

function explainFailure(
  failed: { reason: string; message: string },
  python: string,
  complaint: string | undefined,
): Failure {
  const shown = relativePath(process.cwd(), python);
  const said = complaint ? ` It said: ${complaint}` : '';
  const what: Record<string, string> = {
    'no-ipykernel': `${shown} has no ipykernel, so it cannot run notebooks. Install it there (\`${shown} -m pip install ipykernel\`) or name another Python with --python PATH. Nothing ran.`,
    'kernel-start': `${failed.message}${said}\nNothing ran. Try \`${shown} -c "import ipykernel"\`, or \`reprise doctor\`.`,
    cancelled: `${failed.message} Nothing ran.`,
    disk: `${failed.message} Make room and run again.`,
  };
  return new Failure('infrastructure', failed.reason, what[failed.reason] ?? failed.message);
}

function notAllWritten(run: string, first: string): Failure {
  return new Failure(
    'infrastructure',
    'disk',
    `The cells ran on, but not all of their record could be written (${first}). What was written is kept as run ${run}; ` +
      'nothing can be verified with it. Make room and run again.',
  );
}

function runnerDied(run: string, complaint: string | undefined): Failure {
  const why = complaint ? ` Its last words: ${complaint}` : '';
  return new Failure(
    'infrastructure',
    'runner-died',
    `The runner ended before the run did.${why} What was recorded until then is kept as run ${run}.`,
  );
}

/** The line of a Python traceback that says what happened; undefined where nothing was said. */
function lastWords(complaint: string): string | undefined {
  const lines = complaint.trim().split('\n');
  return (
    lines.findLast((line) => /^[\w.]+(Error|Exception|Exit|Interrupt)\b/.test(line)) ??
    (lines.at(-1) || undefined)
  );
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
