/** Files that are no notebook, very large ones, two runs at once, and commands that are given nonsense. */
import { mkdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { parseNotebook } from '../../src/notebook/model';
import { oneText, rawDigest, type StreamOutput } from '../../src/notebook/output';
import type { Run } from '../../src/replay/documents';
import { notebookText, PYTHON, stackTrace, Workplace } from './support';

const place = new Workplace();
afterAll(() => place.remove());

describe('what is no notebook', () => {
  it.each([
    ['an empty file', '', 'This notebook file is empty.'],
    ['a broken file', '{"cells": [', 'not valid JSON'],
    ['JSON that is no notebook', '{"cells": []}', 'no nbformat version'],
    [
      'nbformat 3',
      '{"nbformat": 3, "nbformat_minor": 0, "worksheets": []}',
      'jupyter nbconvert --to notebook',
    ],
    [
      'an R notebook',
      notebookText([], { kernelspec: { name: 'ir', language: 'R' } }),
      'runs Python, JavaScript and TypeScript notebooks',
    ],
  ])('%s is refused with what it is', async (_what, text, says) => {
    const file = place.write('refused.ipynb', text);
    for (const command of ['run', 'verify', 'replay'] as const) {
      const ended = await place.execute(command, file);
      // A file of which there is no run has nothing to replay; what it holds does not matter.
      if (command !== 'replay')
        expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(says)]);
      expect(ended.code).toBeGreaterThan(1);
      expect(stackTrace(ended)).toBeUndefined();
    }
    expect(place.read('refused.ipynb')).toBe(text);
  });

  it('a folder, a script and a missing file are refused', async () => {
    mkdirSync(place.path('folder.ipynb'), { recursive: true });
    place.write('script.py', 'print(1)');
    for (const [name, says] of [
      ['folder.ipynb', 'This is a folder'],
      ['script.py', 'only .ipynb notebooks are run'],
      ['missing.ipynb', 'There is no notebook at missing.ipynb'],
    ] as const) {
      const ended = await place.execute('run', name);
      expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(says)]);
      expect(stackTrace(ended)).toBeUndefined();
    }
  });
});

describe('commands that cannot be understood end with 2', () => {
  const notebook = place.notebook('plain.ipynb', ['print(1)']);
  it.each([
    ['a seed that is no integer', ['run', notebook, '--seed', 'x'], '"fresh" or an integer'],
    ['no time at all', ['run', notebook, '--timeout', '0'], 'a number above 0'],
    ['an unknown policy', ['run', notebook, '--policy', 'strict'], 'full, close, observe'],
    ['an unknown option', ['run', notebook, '--sed', '1'], 'unknown option'],
    ['a parameter without a value', ['run', notebook, '-p', 'epochs'], 'name=value'],
    ['a parameter without a place', ['run', notebook, '-p', 'epochs=1'], 'No cell is tagged "parameters"'],
    ['no replays', ['verify', notebook, '--times', '0'], 'whole number from 1'],
    ['an unknown run', ['replay', '20200101-000000-abcdef'], 'There is no run 20200101-000000-abcdef here'],
    ['a path in place of a run', ['replay', '../nowhere/else'], 'There is no run'],
    ['an unknown run to explain', ['explain', '20200101-000000-abcdef'], 'There is no run'],
    ['unknown runs to compare', ['compare', 'a', 'b'], 'neither a run here nor an executed notebook'],
    ['an unknown command', ['rerun', notebook], 'unknown command'],
  ])('%s', async (_what, args, says) => {
    const ended = await place.reprise(...args);
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining(says)]);
    expect(stackTrace(ended)).toBeUndefined();
  });

  it('a notebook without a run has nothing to replay: 4', async () => {
    const ended = await place.reprise('replay', notebook);
    expect([ended.code, ended.stderr]).toEqual([4, expect.stringContaining('Run it first')]);
  });
});

describe('what is very large', () => {
  it('100 MB of print arrive whole, in bounded memory', async () => {
    const notebook = place.notebook('loud.ipynb', ['print("x" * 100_000_000)', 'print("after")']);
    const running = place.start(['run', notebook, '--python', PYTHON, '--format', 'json']);
    const largest = watchMemory();
    const { code, stdout, stderr } = await running.ended;
    const mebibytes = await largest();
    expect(code).toBe(0);
    expect(stderr).not.toContain('!');
    const { run, executed, cells } = JSON.parse(stdout) as Run;
    const kept = parseNotebook(readFileSync(place.path(executed), 'utf8')).cells.map((cell) => cell.outputs);
    expect(kept[0]).toHaveLength(1);
    expect(oneText((kept[0]![0] as StreamOutput).text)).toBe('x'.repeat(100_000_000) + '\n');
    expect(rawDigest(kept[0]!)).toBe(cells[0]!.outputs.raw);
    expect(place.record(run).cells.map((cell) => cell.outputs.raw)).toEqual(
      cells.map((cell) => cell.outputs.raw),
    );
    expect(place.record(run).summary).toMatchObject({ status: 'ok', faults: [] });
    expect(mebibytes).toBeLessThan(2500);
  });

  it('a notebook of 20 MB runs', async () => {
    const text = 'y'.repeat(20_000_000);
    const saved = { outputs: [{ output_type: 'stream', name: 'stdout', text }], source: 'print("small")' };
    const notebook = place.notebook('large.ipynb', [saved, { cell_type: 'markdown', source: text }]);
    const ended = await place.execute('run', notebook);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('Ran 1 cell');
  });
});

describe('two runs of one notebook at once', () => {
  it('are both whole, and the same where the seed is', async () => {
    const cells = ['import random, time', 'for _ in range(5): time.sleep(0.1); print(random.random())'];
    const notebook = place.notebook('twice.ipynb', cells);
    const runs = await Promise.all(
      [1, 2].map(() => place.execute('run', notebook, '--seed', '7', '--format', 'json')),
    );
    expect(runs.map((ended) => ended.code)).toEqual([0, 0]);
    const [a, b] = runs.map((ended) => JSON.parse(ended.stdout) as Run) as [Run, Run];
    expect(a.run).not.toBe(b.run);
    for (const { run } of [a, b]) {
      expect(place.record(run)).toMatchObject({ broken: null, summary: { status: 'ok', faults: [] } });
      expect(place.record(run).cells.map((cell) => cell.faults)).toEqual([[], []]);
    }
    expect(a.results).toBe(b.results);
    expect((await place.reprise('compare', a.run, b.run)).code).toBe(0);
    expect(await place.leftBehind()).toEqual([]);
  });

  it('cannot take a port from each other: each kernel has sockets in a folder of its own', async () => {
    const code = 'import ipykernel.connect as c, os\nat = c.get_connection_info(unpack=True)\n';
    const notebook = place.notebook('ports.ipynb', [
      `${code}at["transport"], oct(os.stat(os.path.dirname(at["ip"])).st_mode)[-3:]`,
    ]);
    const ended = await place.execute('run', notebook, '--out', place.path('out.ipynb'));
    expect(ended.code).toBe(0);
    expect(readFileSync(place.path('out.ipynb'), 'utf8')).toContain("('ipc', '700')");
  });
});

/** @returns a function that ends the watch and tells the most that any process held, in MiB */
function watchMemory(): () => Promise<number> {
  let watching = true;
  let largest = 0;
  const watch = (async () => {
    for (; watching; await sleep(100)) {
      for (const line of place.processes()) largest = Math.max(largest, peak(line.split(' ')[0]!));
    }
  })();
  return async () => {
    watching = false;
    await watch;
    return largest;
  };
}

function peak(pid: string): number {
  try {
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
