/**
 * Requests to one namespace of a cluster. The client library finds the cluster, its certificates and the user's token;
 * what it hides or drops is done here: warning headers of an admitted object, time limits, and a log that says when its
 * connection is lost (`facts` on the client's own log reader: it ends in an uncaught error, or never).
 */
import type { KubeConfig } from '@kubernetes/client-node';
import type { IncomingMessage } from 'node:http';
import { request as http } from 'node:http';
import { type RequestOptions, request as https } from 'node:https';
import { text } from 'node:stream/consumers';
import { ApiError, credentialsFailure } from './errors';

/** What has no part of a streamed answer for so long is taken for lost: a laptop slept, a route changed. */
export const SILENCE_MS = 60_000;
const REQUEST_MS = 30_000;
/** What an answer may hold: lists of ours are small, and a server is not trusted further than that. */
const ANSWER_BYTES = 64 << 20;

export type Ask = {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  query?: { [name: string]: string | undefined };
  body?: unknown;
  /** Of a PATCH; default a merge patch. */
  contentType?: string;
  signal?: AbortSignal;
};

export type Answer<T> = { body: T; warnings: string[] };

export class Api {
  constructor(
    readonly config: KubeConfig,
    readonly namespace: string,
  ) {}

  get server(): string {
    return this.config.getCurrentCluster()?.server ?? '';
  }

  /** @param path of a collection or an object in the namespace, as `batch/v1/jobs/x` */
  path(path: string): string {
    const [group, version, ...rest] = path.split('/');
    const of = group === 'v1' ? ['api', 'v1', version, ...rest] : ['apis', group, version, ...rest];
    const at = group === 'v1' ? 2 : 3;
    return `/${[...of.slice(0, at), 'namespaces', this.namespace, ...of.slice(at)].join('/')}`;
  }

  /** @throws ApiError; Failure `cluster-unreachable`, `credentials` */
  async ask<T>(path: string, ask: Ask = {}): Promise<Answer<T>> {
    const answer = await this.open(path, ask, REQUEST_MS);
    const said = await limited(answer);
    const warnings = warningsOf(answer);
    if ((answer.statusCode ?? 0) >= 300) throw ApiError.of(answer.statusCode ?? 0, said, path);
    return { body: JSON.parse(said || '{}') as T, warnings };
  }

  /** As `ask`, and undefined for what is not there. */
  async find<T>(path: string, ask: Ask = {}): Promise<T | undefined> {
    try {
      return (await this.ask<T>(path, ask)).body;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** An answer that goes on for as long as the server has something to say. @throws as `ask` */
  async stream(path: string, ask: Ask = {}): Promise<IncomingMessage> {
    const answer = await this.open(path, ask, SILENCE_MS);
    if (answer.statusCode === 200) return answer;
    throw ApiError.of(answer.statusCode ?? 0, await limited(answer), path);
  }

  private async open(path: string, ask: Ask, silenceMs: number): Promise<IncomingMessage> {
    const { method = 'GET', body, contentType = 'application/merge-patch+json', signal } = ask;
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(ask.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const options: RequestOptions = { method, signal, timeout: silenceMs };
    try {
      await this.config.applyToHTTPSOptions(options);
    } catch (error) {
      throw credentialsFailure(error, this.config.getCurrentUser());
    }
    const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    options.headers = {
      ...options.headers,
      accept: 'application/json',
      ...(sent && {
        'content-type': method === 'PATCH' ? contentType : 'application/json',
        // Without it Node sends the body of a DELETE as none, and a Job is deleted without its pods.
        'content-length': sent.length,
      }),
    };
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'http:' ? http : https)(url, options, resolve);
      request.on('timeout', () => request.destroy(new Error(`no answer for ${silenceMs / 1000} s`)));
      request.on('error', (error) => reject(ApiError.unreachable(error, this.server)));
      request.end(sent);
    });
  }
}

async function limited(answer: IncomingMessage): Promise<string> {
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) answer.destroy(new Error('the answer is too long'));
  });
  try {
    return await text(answer);
  } catch (error) {
    throw ApiError.unreachable(error as Error, answer.socket?.remoteAddress ?? 'the server');
  }
}

/** RFC 7234: `299 - "the sentence"`. */
function warningsOf(answer: IncomingMessage): string[] {
  const headers = answer.headersDistinct['warning'] ?? [];
  return headers.flatMap((header) =>
    [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, said]) => said!.replace(/\\(.)/g, '$1')),
  );
}
