/** Commands in a running container: their output in bounds, and their exit code. */
import { type IncomingMessage } from 'node:http';
import { Readable, Writable } from 'node:stream';
import { Failure } from '../notebook/failure';
import { type Api, SILENCE_MS } from './api';
import { ApiError } from './errors';

/** As much of `ws` as is used: the library's types name a package that brings none. */
type Socket = { terminate(): void; onclose: () => void; onerror: (event: { error: unknown }) => void };

/** Of stdin: servers read a websocket's frames whole. */
const FRAME_BYTES = 32 << 10;

export type Executed = { exit: number; stderr: string };

export type Command = {
  pod: string;
  container: string;
  /** Program and arguments; no shell reads them. */
  command: string[];
  /** For its stdin, which is not closed: older servers would end the command with it. */
  input?: Buffer;
  /** So long may it say nothing, its start and what it is given included. */
  silenceMs?: number;
  signal?: AbortSignal;
};

/**
 * @param onData stdout, as it comes; what it throws ends the command
 * @throws what `onData` throws, if it is a Failure; ApiError where the container does not run, or the connection is lost before the command has ended
 */
export async function exec(
  api: Api,
  { pod, container, command, input, silenceMs = SILENCE_MS, signal }: Command,
  onData: (chunk: Buffer) => void,
): Promise<Executed> {
  const { Exec } = await import('@kubernetes/client-node');
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    let status:
      | { status?: string; message?: string; details?: { causes?: { reason?: string; message?: string }[] } }
      | undefined;
    let stderr = '';
    let hasEnded = false;
    let socket: Socket | undefined;
    let silence: NodeJS.Timeout;
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => fail(new Error('silence')), silenceMs);
    };
    const over = (): boolean => {
      if (hasEnded) return true;
      clearTimeout(silence);
      signal?.removeEventListener('abort', abort);
      hasEnded = true;
      return false;
    };
    // At once: a connection that is lost answers neither the opening nor the closing of a socket.
    const fail = (error: unknown): void => {
      if (over()) return;
      socket?.terminate();
      reject(lost(error, pod));
    };
    const stdout = sink((chunk) => {
      if (hasEnded) return;
      heard();
      onData(chunk);
    }, fail);
    const errors = sink((chunk) => (stderr = (stderr + chunk.toString('utf8')).slice(-2000)), fail);
    const settle = (): void => {
      if (status === undefined) return fail(new Error('closed before it ended'));
      if (over()) return;
      const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
      if (status.status === 'Success') return resolve({ exit: 0, stderr });
      if (code !== undefined) return resolve({ exit: Number(code), stderr });
      reject(new ApiError(0, 'exec', status.message ?? 'the command did not start', pod));
    };
    const abort = (): void => fail(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    heard();
    new Exec(api.config)
      .exec(
        api.namespace,
        pod,
        container,
        command,
        stdout,
        errors,
        stdinOf(input),
        false,
        (said) => (status = said),
      )
      .then((opened) => {
        const open = opened as unknown as Socket;
        open.onclose = settle;
        open.onerror = (event) => fail(event.error);
        if (hasEnded) open.terminate();
        socket = open;
      }, fail);
  });
}

function stdinOf(input: Buffer | undefined): Readable | null {
  if (input === undefined) return null;
  const stdin = new Readable({ read: () => undefined });
  for (let at = 0; at < input.length; at += FRAME_BYTES) stdin.push(input.subarray(at, at + FRAME_BYTES));
  return stdin;
}

function sink(take: (chunk: Buffer) => void, fail: (error: unknown) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _, done) {
      try {
        take(Buffer.from(chunk));
      } catch (error) {
        fail(error);
      }
      done();
    },
  });
}

/** The library rejects with a socket's error event, whose message holds the answer's status. */
function lost(error: unknown, pod: string): ApiError | Failure {
  if (error instanceof ApiError || error instanceof Failure) return error;
  const { message = String(error), target } = error as {
    message?: string;
    target?: { _req?: { res?: IncomingMessage } };
  };
  const status = Number(/server response: (\d{3})/.exec(message)?.[1] ?? target?._req?.res?.statusCode ?? 0);
  return new ApiError(status, 'exec', message, pod);
}
