/** A disk that is full or cannot be written. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { stackTrace, Workplace } from './support';

let place: Workplace;
let mounts: string[];
beforeEach(() => {
  place = new Workplace();
  mounts = [];
});
afterEach(() => {
  for (const folder of mounts) execFileSync('umount', [folder]);
  place.remove();
});

/** A file system of its own in memory; without the right to mount one the test is skipped, and says so. */
function mount(context: TestContext, folder: string, bytes: number): void {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch {
    console.error('NOT TESTED: a full disk. Mounting a tmpfs was refused; run the tests as root.');
    return context.skip('mounting a tmpfs was refused');
  }
  mounts.push(folder);
}

const NOISE = 'import random\nprint("".join(random.choices("0123456789abcdef", k=400_000)))';

describe('a disk that is full', () => {
  it('lets the cells go on; what fitted stays readable and is never verified', async (context) => {
    mount(context, place.store.folder, 1_000_000);
    const cells = ['print("first")', NOISE, NOISE, NOISE, 'open("last.txt", "w").write("ran")'];
    const ended = await place.execute('run', place.notebook('study.ipynb', cells));
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain('not all of their record could be written');
    expect(ended.stderr).toContain('No space left on device');
    expect(stackTrace(ended)).toBeUndefined();
    expect(place.read('last.txt')).toBe('ran');
    expect(await place.leftBehind()).toEqual([]);

    const run = place.store.runIds()[0]!;
    const record = place.record(run);
    expect(record.broken).toBeNull();
    expect(record.cells[0]).toMatchObject({ id: 'c0', status: 'ok', faults: [] });
    expect(place.store.getObject(record.cells[0]!.outputs.raw).toString()).toContain('first');
    expect((await place.runs()).map((listed) => listed.run)).toEqual([run]);
    const compared = await place.reprise('compare', run, run);
    expect(compared.code).toBe(4);
    expect(compared.stdout).toContain('Cannot tell');
  });

  it('does not stop a verification from ending with exit code 5', async (context) => {
    mount(context, place.store.folder, 1_000_000);
    const ended = await place.execute('verify', place.notebook('study.ipynb', [NOISE, NOISE, NOISE]));
    expect(ended.code).toBe(5);
    expect(ended.stdout).not.toContain('Same');
    expect(stackTrace(ended)).toBeUndefined();
  });

  it('before anything could be recorded runs nothing', async (context) => {
    mount(context, place.store.folder, 16_384);
    const ended = await place.execute('run', place.notebook('study.ipynb', ['open("ran.txt", "w")']));
    expect(ended.code).toBe(5);
    expect(ended.stderr).toMatch(/full|No space left/);
    expect(stackTrace(ended)).toBeUndefined();
    expect(() => place.read('ran.txt')).toThrow();
    expect(await place.leftBehind()).toEqual([]);
  });

  it("while a replay puts files back keeps the user's own, and the next command finishes it", async (context) => {
    mount(context, place.store.folder, 2_000_000);
    const write = `${NOISE.replace('print(', 'open("made.txt", "w").write(')}`;
    const notebook = place.notebook('study.ipynb', [
      'import os',
      write,
      `if os.path.exists("again"):\n  ${NOISE.split('\n').join('\n  ')}\n  ${NOISE.split('\n')[1]}\n  print("more" * 400_000)`,
    ]);
    expect((await place.execute('run', notebook)).code).toBe(0);
    const before = place.read('made.txt');
    place.write('again', '');
    const ended = await place.execute('replay', notebook, '--seed', '1');
    expect(ended.code).toBe(5);
    expect(stackTrace(ended)).toBeUndefined();
    await place.reprise('runs');
    expect(place.read('made.txt')).toBe(before);
  });
});

describe('a root that cannot be written', () => {
  it('is refused before anything runs when it is read-only', async (context) => {
    mount(context, place.path('disk'), 1_000_000);
    const notebook = place.notebook('disk/study.ipynb', ['print(1)']);
    execFileSync('mount', ['-o', 'remount,ro', place.path('disk')]);
    const ended = await place.execute('run', notebook);
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain('cannot be written. Nothing ran.');
    expect(stackTrace(ended)).toBeUndefined();
  });

  it('is refused when a file is in the place of its folder', async () => {
    place.write('.reprise', 'a file');
    const ended = await place.execute('run', place.notebook('study.ipynb', ['print(1)']));
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain('cannot be written. Nothing ran.');
    expect(stackTrace(ended)).toBeUndefined();
    expect(place.read('.reprise')).toBe('a file');
  });

  it('does not take the run with it when only --out cannot be written', async () => {
    const notebook = place.notebook('study.ipynb', ['print(1)']);
    const ended = await place.execute('run', notebook, '--out', place.path('nowhere', 'out.ipynb'));
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(`It is kept with run ${place.store.runIds()[0]}`);
    expect(stackTrace(ended)).toBeUndefined();
    const kept = path.join(place.store.runFolder(place.store.runIds()[0]!), 'executed.ipynb');
    expect(readFileSync(kept, 'utf8')).toContain('1\\n');
    rmSync(kept);
  });
});
