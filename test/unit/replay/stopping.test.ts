import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/notebook/digest';
import { Store } from '../../../src/lineage/store';
import { Stopper } from '../../../src/replay/execution/stopping';
import { record, sha, stdout } from './build';

let store: Store;
beforeEach(() => (store = new Store(mkdtempSync(path.join(tmpdir(), 'stopping-'))).ensure()));
afterEach(() => rmSync(store.root, { recursive: true }));

const outputsOf = (text: string): Buffer => Buffer.from(canonicalJson([stdout(text)]));

/** A replay elsewhere: its events have digests, and the outputs are there. */
async function stopped(before: string, after: string, there: Record<string, Buffer>) {
  const original = record([{ code: 'x', outputs: [stdout(before)] }]);
  const [line] = original.cells;
  line!.source = store.putObject(Buffer.from('x'));
  line!.outputs.raw = store.putObject(outputsOf(before));
  const stopper = new Stopper(store, original, { atFirstDivergence: true }, undefined, (digest) =>
    Promise.resolve(there[digest]),
  );
  const raw = sha(outputsOf(after).toString('utf8'));
  await stopper.look({
    n: 1,
    event: 'cell-end',
    index: 0,
    id: line!.id,
    status: 'ok',
    durationMs: 1,
    outputs: { raw },
  });
  stopper.dispose();
  return stopper.stopped;
}

describe('a replay elsewhere is stopped', () => {
  it('at a cell whose outputs differ', async () => {
    const there = { [sha(outputsOf('2').toString('utf8'))]: outputsOf('2') };
    expect(await stopped('1', '2', there)).toEqual({ why: 'diverged', cell: 0 });
  });

  it('neither where they are the same, nor where only an address differs, nor where they cannot be seen', async () => {
    expect(await stopped('1', '1', {})).toBe(undefined);
    const [one, other] = ['<object object at 0x7f1>', '<object object at 0x7f2>'];
    const there = { [sha(outputsOf(other).toString('utf8'))]: outputsOf(other) };
    expect(await stopped(one, other, there)).toBe(undefined);
    expect(await stopped('1', '2', {})).toBe(undefined);
  });
});
