/** A run packed for another machine: one archive, the same bytes whoever makes it and wherever. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Store } from '../lineage/store';
import type { Step } from './bundle';

/** A file beneath the root that travels with the run: `path` relative to it, with `/`; `size` in bytes. */
export type InputFile = { path: string; size: number; sha256: string };

/** `unpacked`: bytes of the tar in it. */
export type Archive = { bytes: Buffer; sha256: string; unpacked: number; inputs: InputFile[] };

/** Of the member's names in an archive: no file of a user is there. */
const OURS = '.reprise';

/**
 * A gzipped tar of a run folder's bundle, the sources that its steps name, and the files that it reads.
 * @param inputs paths beneath the root; they are read once, and their digests are of the bytes that travel
 */
export async function packBundle(store: Store, run: string, inputs: readonly string[]): Promise<Archive> {
  const folder = store.runFolder(run);
  const bundle = readFileSync(path.join(folder, 'bundle.json'));
  const { order = [] } = JSON.parse(bundle.toString('utf8')) as { order?: Step[] };
  const at = `${OURS}/runs/${run}`;
  const members = new Map<string, { bytes: Buffer; mode: number }>([
    [`${at}/bundle.json`, { bytes: bundle, mode: 0o644 }],
    [`${at}/notebook.ipynb`, { bytes: readFileSync(path.join(folder, 'notebook.ipynb')), mode: 0o644 }],
  ]);
  for (const { source } of order) {
    if (source !== undefined)
      members.set(`${OURS}/objects/${source}`, { bytes: store.getObject(source), mode: 0o644 });
  }
  const files = [...new Set(inputs)].sort(byBytes).map((name): InputFile => {
    const file = path.join(store.root, name);
    const bytes = readFileSync(file);
    members.set(name, { bytes, mode: statSync(file).mode & 0o100 ? 0o755 : 0o644 });
    return { path: name, size: bytes.length, sha256: sha256Of(bytes) };
  });
  const tar = await tarOf(members);
  const bytes = gzipped(tar);
  return { bytes, sha256: sha256Of(bytes), unpacked: tar.length, inputs: files };
}

async function tarOf(members: Map<string, { bytes: Buffer; mode: number }>): Promise<Buffer> {
  const tar = pack();
  const names = [...members.keys()].sort(byBytes);
  for (const name of names) {
    const { bytes, mode } = members.get(name)!;
    // Nothing of the machine that packs: no time, no owner.
    tar.entry({ name, mode, size: bytes.length, mtime: new Date(0), uid: 0, gid: 0 }, bytes);
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function gzipped(tar: Buffer): Buffer {
  const zipped = gzipSync(tar, { level: 9 });
  // RFC 1952: the operating system, which differs between builds of zlib.
  zipped[9] = 255;
  return zipped;
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
