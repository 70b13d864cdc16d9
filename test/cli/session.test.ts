import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LineageDocument } from '../../src/lineage/graph';
import { Session } from './session';
import { Workplace } from './support';

const code = (id: string, source: string) => ({ cell_type: 'code', id, metadata: {}, execution_count: null, outputs: [], source }); // prettier-ignore

describe('reprise session', () => {
  const place = new Workplace();
  let session: Session;
  let before: string;

  beforeAll(async () => {
    place.notebook('n.ipynb', [code('a', 'x = 1'), code('b', 'print(x + 1)'), code('c', 'while True: pass')]);
    before = place.read('n.ipynb');
    session = new Session(
      place,
      'n.ipynb',
      '--seed',
      '7',
      '--timeout',
      '20',
      '--allow-errors',
      '--target',
      'local',
    );
    await session.ask({ op: 'state' });
  });

  it('answers a run with the cell, its outputs and the state', async () => {
    await session.run('a');
    const answer = await session.run('b');
    expect(answer).toMatchObject({
      ok: true,
      cell: { index: 1, id: 'b', status: 'ok', reads: ['x'], writes: [] },
      outputs: [{ output_type: 'stream', name: 'stdout', text: '2\n' }],
      state: {
        cells: { a: { status: 'clean', reasons: [] }, b: { status: 'clean', reasons: [] } },
        order: ['a', 'b', 'c'],
        writers: { x: 'a' },
      },
    });
  });

  it.each([
    ['no JSON', 'run a'],
    ['an empty line', ''],
    ['no object', '[1]'],
    ['no operation', '{}'],
    ['an operation that is none', '{"op":"fly"}'],
    ['a cell that is none', '{"op":"run","cell":"z"}'],
    ['no cell', '{"op":"run"}'],
    ['an id that is taken', '{"op":"insert","cell":"a","source":""}'],
    ['a place that is none', '{"op":"insert","cell":"q","index":9,"source":""}'],
    ['an order that is not whole', '{"op":"move","order":["a"]}'],
  ])('says what is wrong with %s, and goes on', async (_, line) => {
    const answer = await session.ask(line);
    expect(answer).toMatchObject({ ok: false, state: { order: ['a', 'b', 'c'] } });
    expect((answer as { error: string }).error).not.toBe('');
  });

  it('interrupts the cell that runs, out of order', async () => {
    const running = session.run('c');
    await sleep(1000);
    const interrupted = session.ask({ op: 'interrupt' });
    expect(await running).toMatchObject({ ok: true, cell: { id: 'c', status: 'error' } });
    expect(await interrupted).toMatchObject({ ok: true, state: { cells: { c: { status: 'stale' } } } });
  });

  it('shows from the live record what a variable came from', async () => {
    await session.ask({ op: 'insert', cell: 'd', source: 'y = x + 1' });
    await session.run('d');
    const { code: exit, stdout } = await place.reprise('lineage', 'n.ipynb', '--variable', 'y');
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^y ← cell 3 ← x +y = x \+ 1$/m);
    expect(stdout).toMatch(/^ {2}x ← cell 0 +x = 1$/m);
    const down = await place.reprise(
      'lineage',
      'n.ipynb',
      '--variable',
      'x',
      '--downstream',
      '--format',
      'json',
    );
    const { nodes } = JSON.parse(down.stdout) as LineageDocument;
    expect(nodes.flatMap((node) => (node.kind === 'cell' ? [node.cell.id] : [])).sort()).toEqual(['b', 'd']);
  });

  it('leaves the notebook as it was, and no kernel behind', async () => {
    await session.ask({ op: 'quit' });
    expect(await session.close()).toBe(0);
    expect(place.read('n.ipynb')).toBe(before);
    expect(await place.leftBehind()).toEqual([]);
  });

  afterAll(() => session.close());
});
