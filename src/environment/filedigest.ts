/** sha256 of files of hundreds of megabytes, taken once: again only where the system says that a file is another one. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache';
import { digestOf } from './installed';

/** Reading a smaller one takes no longer than looking it up. */
const LARGE = 1 << 20;

/** Undefined where it cannot be read. */
export function fileDigest(path: string, environment?: NodeJS.ProcessEnv): string | undefined {
  const state = stateOf(path);
  if (state === undefined || state.size < LARGE) return digestOf(path);
  const name = createHash('sha256').update(state.file).digest('hex');
  const known = join(cacheFolder(environment), 'digests', `${name}.json`);
  const kept = keptIn(known);
  if (kept?.state === state.text) return kept.sha256;
  const sha256 = digestOf(state.file);
  if (sha256 !== undefined) keep(known, { state: state.text, sha256 });
  return sha256;
}

function stateOf(path: string): { file: string; size: number; text: string } | undefined {
  try {
    const file = realpathSync(path);
    const { size, mtimeNs, ctimeNs, ino, dev } = statSync(file, { bigint: true });
    return { file, size: Number(size), text: [size, mtimeNs, ctimeNs, ino, dev].join(' ') };
  } catch {
    return undefined;
  }
}

type Kept = { state: string; sha256: string };

function keptIn(path: string): Kept | undefined {
  try {
    const { state, sha256 } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Kept>;
    const isWhole = typeof state === 'string' && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
    return isWhole ? { state, sha256 } : undefined;
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written is one that does not help. */
function keep(path: string, kept: Kept): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${randomBytes(4).toString('hex')}`;
    writeFileSync(temporary, JSON.stringify(kept));
    renameSync(temporary, path);
  } catch {
    return;
  }
}
