/**
 * Packs `src/agent/reprise_agent` and `dist/agent.cjs` into `dist/agent.pyz`, byte for byte the same from the same sources,
 * because its sha256 names the agent in kernelspecs and records. Needs no Python.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { isMain, root } from './lib/checkout.mjs';

/** From a zip Python compiles every module at every start, which takes 0.1 s; a folder keeps them compiled. */
const MAIN = `import hashlib
import os
import sys


def unpacked(archive):
    with open(archive, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = os.path.join(cache, "reprise", "agent", digest)
    if not os.path.isdir(folder):
        import shutil
        import tempfile
        import zipfile

        os.makedirs(os.path.dirname(folder), exist_ok=True)
        temporary = tempfile.mkdtemp(dir=os.path.dirname(folder))
        with zipfile.ZipFile(archive) as members:
            members.extractall(temporary)
        try:
            os.rename(temporary, folder)
        except OSError:  # another process was first
            shutil.rmtree(temporary, ignore_errors=True)
    return folder


if __name__ == "__main__":
    try:
        sys.path[0] = unpacked(os.path.dirname(os.path.abspath(__file__)))
    except Exception:  # a read-only home: it runs from the archive
        pass
    from reprise_agent.__main__ import main

    sys.exit(main())
`;

/** 1980-01-01 00:00, the first moment a zip can name. */
const DOS_TIME = 0;
const DOS_DATE = (1 << 5) | 1;

const REGULAR_FILE_0644 = 0o100644;

/** @returns {string} sha256 of the written `dist/agent.pyz`, hex. */
export function buildAgent() {
  const archive = zip(agentFiles());
  const target = path.join(root, 'dist', 'agent.pyz');
  mkdirSync(path.dirname(target), { recursive: true });
  // A kernel that is just starting must never read half an archive.
  const temporary = `${target}.${process.pid}`;
  writeFileSync(temporary, archive);
  renameSync(temporary, target);
  return createHash('sha256').update(archive).digest('hex');
}

/** @returns {{ name: string, data: Buffer }[]} members in the order of their names' code units. */
function agentFiles() {
  const sources = path.join(root, 'src', 'agent');
  const names = readdirSync(path.join(sources, 'reprise_agent'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.py[co]$/.test(entry.name) && !entry.name.startsWith('.'))
    .map((entry) =>
      path.relative(sources, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'),
    );
  return [
    { name: '__main__.py', data: Buffer.from(MAIN) },
    {
      name: 'reprise_agent/javascript/agent.cjs',
      data: readFileSync(path.join(root, 'dist', 'agent.cjs')),
    },
    ...names.map((name) => ({ name, data: readFileSync(path.join(sources, name)) })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Members are stored, not deflated: what zlib writes differs between its versions and processors. */
function zip(members) {
  const bodies = [];
  const directory = [];
  let offset = 0;
  for (const { name, data } of members) {
    const encoded = Buffer.from(name);
    const common = commonHeader(encoded, data);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, encoded]);
    bodies.push(local, data);
    directory.push(Buffer.from('PK\x01\x02'), uint16(0x031e), common, centralTail(offset), encoded);
    offset += local.length + data.length;
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([...bodies, central, endOfDirectory(members.length, central.length, offset)]);
}

/** The 26 bytes that a local header and a directory entry share (APPNOTE 4.3.7). */
function commonHeader(name, data) {
  const utf8Names = 0x0800;
  return Buffer.concat([
    uint16(20, utf8Names, 0, DOS_TIME, DOS_DATE),
    uint32(crc32(data), data.length, data.length),
    uint16(name.length, 0),
  ]);
}

function centralTail(offset) {
  return Buffer.concat([uint16(0, 0, 0), uint32(REGULAR_FILE_0644 * 0x10000, offset)]);
}

function endOfDirectory(count, size, offset) {
  return Buffer.concat([
    Buffer.from('PK\x05\x06'),
    uint16(0, 0, count, count),
    uint32(size, offset),
    uint16(0),
  ]);
}

function uint16(...values) {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
  return bytes;
}

function uint32(...values) {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}

if (isMain(import.meta)) console.log(`dist/agent.pyz ${buildAgent()}`);
