/** The notebook's files, put to an address from where a pod fetches them. */
import { createReadStream } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request as http } from 'node:http';
import { request as https } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../../notebook/failure';
import { headersFor } from '../addresses';

const SILENCE_MS = 60_000;
const TRIES = 3;
const PAUSE_MS = 1_000;

export type Upload = {
  /** It opens the store for writing: it is in no message. */
  address: string;
  path: string;
  size: number;
  onBytes?: (bytes: number, of: number) => void;
  signal?: AbortSignal;
};

/** @throws Failure `not-uploaded`; what ended `signal` */
export async function upload(of: Upload): Promise<void> {
  for (let tries = 1; ; tries++) {
    const refused = await put(of);
    if (refused === undefined) return;
    if (!refused.isPassing || tries === TRIES) throw notUploaded(refused.why);
    await sleep(PAUSE_MS * tries, undefined, { signal: of.signal });
  }
}

type Refused = { why: string; isPassing: boolean };

/** @returns why it was not taken */
async function put({ address, path, size, onBytes, signal }: Upload): Promise<Refused | undefined> {
  const url = new URL(address);
  const headers = {
    // A store that signs addresses wants to know how much comes.
    'Content-Length': size,
    ...headersFor(address),
  };
  const ask = url.protocol === 'https:' ? https : http;
  const request = ask(url, { method: 'PUT', headers, timeout: SILENCE_MS, signal });
  request.on('timeout', () => request.destroy(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })));
  try {
    const [answer] = await Promise.all([answerOf(request), sent(request, path, size, onBytes)]);
    const { statusCode = 0 } = answer;
    answer.resume();
    if (statusCode >= 200 && statusCode < 300) return undefined;
    const isPassing = statusCode >= 500 || statusCode === 429;
    const meant = statusCode === 401 || statusCode === 403 ? ': it has expired, or is not one to put to' : '';
    return { why: `the store answered ${statusCode}${meant}`, isPassing };
  } catch (error) {
    if (signal?.aborted) throw error;
    const { code, name } = error as NodeJS.ErrnoException;
    return { why: `the connection is lost (${code ?? name})`, isPassing: true };
  }
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
}

/** A store that answers before it has read everything has refused it: its answer says why. */
async function sent(
  request: ClientRequest,
  path: string,
  size: number,
  onBytes: Upload['onBytes'],
): Promise<void> {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      onBytes?.(bytes, size);
      done(null, chunk);
    },
  });
  const answered = new Promise<void>((resolve) => request.once('response', () => resolve()));
  await Promise.race([pipeline(createReadStream(path), counted, request), answered]);
}

function notUploaded(why: string): Failure {
  return new Failure(
    'infrastructure',
    'not-uploaded',
    `The notebook's files cannot be put to the address that was given: ${why}. Nothing was sent. Give a fresh one (REPRISE_BUNDLE_PUT_URL).`,
  );
}
