/** What is sent to a pod: the same bytes whoever packs it and wherever, and what Python reads from them. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { Store } from '../../../src/lineage/store';
import { parseNotebook } from '../../../src/notebook/model';
import { packBundle, TooLarge } from '../../../src/replay/execution/archive';
import { writeBundle } from '../../../src/replay/execution/bundle';

const python = process.env.REPRISE_TEST_PYTHON ?? 'python3';
const RUN = '20260101-000000-abcdef';
const LONG = `data/${'long-'.repeat(30)}/${'name-'.repeat(30)}.csv`;
const FILES: Record<string, Buffer> = {
  'data.csv': Buffer.from('1,2\n'),
  'empty.txt': Buffer.alloc(0),
  'größe/数据 🎲.csv': Buffer.from('x'),
  'big.bin': Buffer.alloc(5_000_000, 'reprise'),
  'tool.sh': Buffer.from('#!/bin/sh\n'),
  [LONG]: Buffer.from('long'),
  [`${'n'.repeat(100)}`]: Buffer.from('100'),
  [`${'n'.repeat(101)}`]: Buffer.from('101'),
};

const places: string[] = [];

afterEach(() => {
  for (const place of places.splice(0)) rmSync(place, { recursive: true });
});

/** A root with a run ready to be sent; `mask` as another user's machine would have it. */
function prepared(mask = 0o022): Store {
  const root = mkdtempSync(path.join(tmpdir(), 'reprise-archive-'));
  places.push(root);
  const before = process.umask(mask);
  try {
    const store = new Store(root).ensure();
    mkdirSync(store.runFolder(RUN));
    for (const [name, bytes] of Object.entries(FILES)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), bytes);
    }
    chmodSync(path.join(root, 'tool.sh'), 0o777 & ~mask);
    utimesSync(path.join(root, 'data.csv'), new Date(), new Date());
    const source = store.putObject(Buffer.from('print(1)'));
    const text = JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [{ id: 'a', cell_type: 'code', source: 'print(1)', metadata: {}, outputs: [], execution_count: null }],
    }); // prettier-ignore
    writeBundle(store, {
      run: RUN,
      notebook: 'train.ipynb',
      document: parseNotebook(text).document,
      order: [{ index: 0, id: 'a', source }],
      policy: 'close',
      seed: { value: '5eed', from: 'fresh' },
      entropy: 'record',
      rng: 'per-session',
      strict: false,
      environment: {},
      allowErrors: false,
      detached: true,
      header: {},
    });
    return store;
  } finally {
    process.umask(before);
  }
}

type Packed = Awaited<ReturnType<typeof packBundle>> & { bytes: Buffer };

async function packed(store: Store, names: readonly string[], most?: number): Promise<Packed> {
  const to = path.join(store.runFolder(RUN), 'bundle.tar.gz');
  const archive = await packBundle(store, RUN, names, { to, ...(most === undefined ? {} : { most }) });
  return { ...archive, bytes: readFileSync(to) };
}

it('is the same bytes from another folder, another order and another umask', async () => {
  const names = Object.keys(FILES);
  const one = await packed(prepared(), names);
  const two = await packed(prepared(0o077), [...names, ...names].reverse());
  expect(one.sha256).toBe(two.sha256);
  expect(one.bytes.equals(two.bytes)).toBe(true);
  expect(one.inputs).toEqual(two.inputs);
  expect(createHash('sha256').update(one.bytes).digest('hex')).toBe(one.sha256);
  expect(one.size).toBe(one.bytes.length);
  expect(one.bytes.subarray(0, 10)).toEqual(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]));
});

it('is made up to its limit, and leaves nothing behind beyond it', async () => {
  const store = prepared();
  const { size, sha256 } = await packed(store, Object.keys(FILES));
  expect((await packed(store, Object.keys(FILES), size)).sha256).toBe(sha256);
  await expect(packed(store, Object.keys(FILES), size - 1)).rejects.toBeInstanceOf(TooLarge);
  expect(readdirSync(store.runFolder(RUN)).sort()).toEqual(['bundle.json', 'notebook.ipynb']);
});

it('refuses a file that becomes shorter while it is packed', async () => {
  const store = prepared();
  const large = path.join(store.root, 'zz.bin');
  writeFileSync(large, randomBytes(64 << 20));
  const packing = packed(store, ['zz.bin']);
  truncateSync(large, 1 << 20);
  await expect(packing).rejects.toMatchObject({ reason: 'inputs-changed' });
  expect(readdirSync(store.runFolder(RUN)).sort()).toEqual(['bundle.json', 'notebook.ipynb']);
});

it('declares every input, and how much is in it', async () => {
  const { bytes, inputs, unpacked } = await packed(prepared(), Object.keys(FILES));
  expect(Object.fromEntries(inputs.map(({ path, ...rest }) => [path, rest]))).toEqual(
    Object.fromEntries(
      Object.entries(FILES).map(([name, content]) => [
        name,
        { size: content.length, sha256: createHash('sha256').update(content).digest('hex') },
      ]),
    ),
  );
  expect(unpacked).toBe(gunzipSync(bytes).length);
});

it('is read by Python as what it was: names, contents, modes; no times and no owners', async () => {
  const store = prepared();
  const { bytes } = await packed(store, Object.keys(FILES));
  const file = path.join(store.root, 'bundle.tar.gz');
  writeFileSync(file, bytes);
  const program = `
import hashlib, json, sys, tarfile
with tarfile.open(sys.argv[1]) as archive:
    print(json.dumps([[m.name, hashlib.sha256(archive.extractfile(m).read()).hexdigest(), m.mode, m.isreg(), m.mtime, m.uid, m.gid, m.uname] for m in archive]))
`;
  const said = execFileSync(python, ['-c', program, file], { encoding: 'utf8' });
  const members = JSON.parse(said) as [string, string, number, boolean, number, number, number, string][];
  const names = members.map(([name]) => name);
  expect(names).toEqual([...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  for (const [name, content] of Object.entries(FILES)) {
    const member = members.find(([found]) => found === name);
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(member, name).toEqual([name, sha256, name === 'tool.sh' ? 0o755 : 0o644, true, 0, 0, 0, '']);
  }
  const ours = names.filter((name) => name.startsWith('.reprise/'));
  expect(ours).toEqual([
    expect.stringMatching(/^\.reprise\/objects\/[0-9a-f]{64}$/),
    `.reprise/runs/${RUN}/bundle.json`,
    `.reprise/runs/${RUN}/notebook.ipynb`,
  ]);
  expect(names).toHaveLength(Object.keys(FILES).length + 3);
});
