import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** Longer than anything a test waits for in one call, shorter than a test may take. */
const PATIENCE_MS = 110_000;

/** The other end of `test/editor/bridge`: the extension hosts that were started with `environment`. */
export class Bridge {
  readonly #folder: string;
  readonly #token: string;

  constructor(folder: string, token: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#token = token;
  }

  get environment(): Record<string, string> {
    return { TEST_BRIDGE_FOLDER: this.#folder, TEST_BRIDGE_TOKEN: this.#token };
  }

  /** Whether the extension host with that process id has said where it listens. */
  listensIn(pid: number): boolean {
    return existsSync(this.#announcement(pid));
  }

  /** @returns process ids of the extension hosts that have said where they listen. */
  hosts(): number[] {
    const announced = readdirSync(this.#folder).filter((name) => name.endsWith('.json'));
    return announced.map((name) => Number.parseInt(name, 10));
  }

  /**
   * @param source text of a function of `vscode` and `arg`
   * @returns what the function returns, as it comes through JSON.
   * @throws with the function's own message, or when the extension host ends before it does.
   */
  async run(pid: number, source: string, arg: unknown): Promise<unknown> {
    const { port } = JSON.parse(readFileSync(this.#announcement(pid), 'utf8')) as { port: number };
    const reply = JSON.parse(await this.#post(port, JSON.stringify({ source, arg }))) as {
      value?: string;
      error?: string;
    };
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply.value === undefined ? undefined : JSON.parse(reply.value);
  }

  /** By `node:http`, because `fetch` gives up on an answer after five minutes and cannot be told otherwise. */
  #post(port: number, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = request({
        host: '127.0.0.1',
        port,
        method: 'POST',
        headers: { authorization: `Bearer ${this.#token}` },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const fail = (error: Error): void =>
        reject(new Error(`The extension host did not answer: ${error.message}`, { cause: error }));
      sent.on('error', fail);
      sent.on('response', (response) => void text(response).then(resolve, fail));
      sent.end(body);
    });
  }

  #announcement(pid: number): string {
    return path.join(this.#folder, `${pid}.json`);
  }
}
