/** Results that were sent to a store, read from there: one tar, its list first, each file as the list says. */
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { get as http } from 'node:http';
import { get as https } from 'node:https';
import path from 'node:path';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import type { Store } from '../../lineage/store';
import { Failure } from '../../notebook/failure';
import { MANIFEST_BYTES, placed, readResults } from './results';
import type { Wanted } from './fetch';

const SILENCE_MS = 60_000;
const TRIES = 3;

export type FromStore = {
  /** An address that gives the tar to whoever has it: it is in no message. */
  address: string;
  store: Store;
  run: string;
  /** sha256 of the list, as the pod announced it. */
  manifest: string;
  onBytes?: (bytes: number, of: number) => void;
  signal?: AbortSignal;
};

/** @throws Failure `results-lost` where it cannot be had, `results-changed` where it is not what the pod announced */
export async function fromStore(from: FromStore): Promise<void> {
  let why = '';
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      return await unpack(await opened(from), from);
    } catch (error) {
      if (error instanceof Failure || from.signal?.aborted) throw error;
      why = (error as NodeJS.ErrnoException).code ?? (error as Error).name;
    }
  }
  throw lost(`the connection is lost (${why})`);
}

async function opened({ address, signal }: FromStore): Promise<IncomingMessage> {
  const url = URL.parse(address);
  const get = url?.protocol === 'https:' ? https : http;
  if (url === null || !/^https?:$/.test(url.protocol)) throw lost('it is no http or https address');
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = get(url, { signal, timeout: SILENCE_MS }, resolve);
    request.on('timeout', () => request.destroy(Object.assign(new Error('silence'), { code: 'silence' })));
    request.on('error', reject);
  });
  if (answer.statusCode === 200) return answer;
  answer.destroy();
  throw lost(`the store answered ${answer.statusCode}`);
}

async function unpack(answer: IncomingMessage, { store, run, manifest, onBytes }: FromStore): Promise<void> {
  const entries = extract();
  const read = pipeline(answer, entries as unknown as NodeJS.WritableStream);
  read.catch(() => undefined);
  let missing: Map<string, Wanted> | undefined;
  let [bytes, total] = [0, 0];
  for await (const entry of entries) {
    const { name, size = 0 } = entry.header;
    // Of another library, with none of the methods of Node's own.
    const content = entry as AsyncIterable<unknown> as AsyncIterable<Buffer>;
    if (missing === undefined) {
      if (name !== 'manifest.json' || size > MANIFEST_BYTES) throw changed();
      const list = await whole(content);
      const wanted = placed(store, run, readResults(list, manifest, run));
      missing = new Map(wanted.map((file) => [`files/${file.path}`, file]));
      total = wanted.reduce((sum, file) => sum + file.size, 0);
      continue;
    }
    const file = missing.get(name);
    if (file === undefined) entry.resume();
    else if (size !== file.size) throw changed();
    else await place(content, file);
    missing.delete(name);
    if (file !== undefined) onBytes?.((bytes += size), total);
  }
  await read;
  if (missing === undefined || missing.size > 0) throw changed();
}

async function whole(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function place(content: AsyncIterable<Buffer>, { to, sha256 }: Wanted): Promise<void> {
  const hash = createHash('sha256');
  const hashed = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
  };
  const temporary = `${to}.new-${process.pid}`;
  mkdirSync(path.dirname(to), { recursive: true });
  await pipeline(hashed, createWriteStream(temporary));
  if (hash.digest('hex') === sha256) return renameSync(temporary, to);
  rmSync(temporary);
  throw changed();
}

function lost(why: string): Failure {
  return new Failure(
    'infrastructure',
    'results-lost',
    `The pod is gone, and the results cannot be read from where it sent them: ${why}. Give a fresh address (REPRISE_RESULTS_GET_URL), then: reprise attach.`,
  );
}

function changed(): Failure {
  return new Failure(
    'infrastructure',
    'results-changed',
    'What is at the address of the results is not what the pod announced. It is not used.',
  );
}
