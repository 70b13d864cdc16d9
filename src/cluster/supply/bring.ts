/**
 * Brings a bundle that is too large for ConfigMaps to the pod that waits for it, in pieces, each by a command of its own.
 * Where the next one begins is what the pod says that it has: a connection that is cut costs at most the piece under way.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { ApiError } from '../errors';
import { exec } from '../exec';
import type { Api } from '../api';
import { Failure } from '../../notebook/failure';
import { type Patience, patiently } from '../patience';
import type { Pod } from '../pods';
import { plain } from '../words/observed';

/** The most that the pod takes at once. */
export const PIECE_BYTES = 4 << 20;
const FIRST_PIECE_BYTES = 1 << 20;
/** At worst: 64 KiB in `SILENCE_MS` are a connection of 26 kbit/s. */
const LEAST_PIECE_BYTES = 64 << 10;
/** A command whose connection was lost without a word is given up, and its piece brought again. */
const SILENCE_MS = 20_000;
const ANSWER_BYTES = 4096;

export type Piece = { offset: number; bytes: Buffer };

/** What the pod has, from the start on without a gap; not `wanting`: it has all, or waits for nothing. */
export type Have = { wanting: boolean; have: number; refused?: string };

/** Gives the pod a piece, or nothing, and is told what it has then. @throws ApiError */
export type Receive = (piece?: Piece) => Promise<Have>;

export type Bundle = { path: string; size: number };

/**
 * @param onBytes told how many bytes of the bundle the pod has
 * @returns why it was given up; undefined where the pod has all of it
 * @throws as `patiently`
 */
export async function bring(
  bundle: Bundle,
  receive: Receive,
  patience: Patience,
  onBytes?: (bytes: number) => void,
): Promise<{ why: string; have: number } | undefined> {
  let length = FIRST_PIECE_BYTES;
  let most = 0;
  const file = await open(bundle.path);
  try {
    const came = await patiently(patience, async (heard) => {
      // Asked again after each failure: what was under way may have arrived.
      let state = await receive();
      while (state.wanting) {
        const { have } = state;
        onBytes?.(have);
        // Smaller after what did not arrive, up to twice as large after what did.
        const bytes = await pieceOf(file, have, Math.min(length, bundle.size - have));
        length = Math.max(LEAST_PIECE_BYTES, length / 2);
        state = await receive({ offset: have, bytes });
        if (state.wanting && state.have <= have) throw noProgress(state);
        length = Math.min(PIECE_BYTES, length * 4);
        if (state.have > most) heard();
        most = Math.max(most, state.have);
      }
      return true;
    });
    if ('why' in came) return { why: came.why, have: most };
    onBytes?.(bundle.size);
    return undefined;
  } finally {
    await file.close();
  }
}

/** What the pod is asked by, with the agent that it was given. @param python of the image */
export function receiver(
  api: Api,
  pod: Pod,
  { python, size }: { python: string; size: number },
  signal?: AbortSignal,
): Receive {
  const receiving = [python, '-I', '/in/agent.pyz', 'receive', '/in', '/work'];
  return async (piece) => {
    const words = piece === undefined ? [] : wordsOf(piece);
    let said = '';
    const input = piece && { input: piece.bytes };
    const command = { ...pod, command: [...receiving, ...words], ...input, silenceMs: SILENCE_MS, signal };
    const { exit, stderr } = await exec(api, command, (chunk) => {
      said += chunk.toString('latin1');
      if (said.length > ANSWER_BYTES) throw strange();
    });
    if (exit !== 0) throw new ApiError(0, 'exec', lastLine(stderr) ?? `exit code ${exit}`, pod.pod);
    return readHave(said, size);
  };
}

function wordsOf({ offset, bytes }: Piece): string[] {
  return [String(offset), String(bytes.length), createHash('sha256').update(bytes).digest('hex')];
}

/** @throws Failure `not-brought` for what is no answer of ours */
export function readHave(said: string, size: number): Have {
  let answer: { [name: string]: unknown };
  try {
    answer = (JSON.parse(said) ?? {}) as typeof answer;
  } catch {
    // Cut off; the next answer may be whole.
    throw new ApiError(0, 'exec', 'the answer of the pod did not come', '');
  }
  const { wanting, have, refused } = answer;
  const isGood = typeof wanting === 'boolean' && Number.isSafeInteger(have) && (have as number) >= 0;
  if (!isGood || (wanting && (have as number) >= size)) throw strange();
  return {
    wanting,
    have: have as number,
    ...(typeof refused === 'string' ? { refused: plain(refused) } : {}),
  };
}

async function pieceOf(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(bytes, at, length - at, offset + at);
    if (bytesRead === 0)
      throw new Failure(
        'infrastructure',
        'bundle-gone',
        'What was to be brought to the pod is no longer whole here.',
      );
    at += bytesRead;
  }
  return bytes;
}

function noProgress({ refused = 'nothing more arrived' }: Have): ApiError {
  const why: { [refused: string]: string } = {
    digest: 'a piece arrived damaged',
    short: 'a piece broke off',
  };
  return new ApiError(0, 'exec', why[refused] ?? refused, '');
}

function strange(): Failure {
  return new Failure('infrastructure', 'not-brought', 'The pod answers what no pod of ours answers.');
}

function lastLine(text: string): string | undefined {
  return plain(text.trim().split('\n').at(-1) ?? '') || undefined;
}
