/** A replay works in the user's folder, on the user's files: whatever happens to it, they come back as they were. */
import {
  chmodSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readLocal } from '../../src/lineage/local';
import { PYTHON, stackTrace, until, Workplace } from './support';

/** Every run writes other content; files `again` and `wait` make a replay do what the original did not. */
const CELLS = [
  'import os, time, uuid\ndef new(): return str(uuid.uuid4())',
  [
    'for name in ("made.txt", "table.csv", "link.txt"):',
    '    with open(name, "w") as file: file.write(new())',
    'if os.path.exists("again"):',
    '    with open("only.txt", "w") as file: file.write(new())',
    '    with open("log.txt", "a") as file: file.write(new())',
  ].join('\n'),
  [
    'with open("late.txt", "w") as file: file.write(new())',
    'while os.path.exists("wait"): time.sleep(0.05)',
  ].join('\n'),
];

type Snapshot = Record<string, { content: string; mode: number; mtimeUs: number }>;

const place = new Workplace();
const outside = new Workplace();
const NAMES = ['made.txt', 'table.csv', 'late.txt', 'link.txt'];
let notebook: string;
let original: string;
let before: Snapshot;

beforeAll(async () => {
  notebook = place.notebook('study.ipynb', CELLS);
  place.write('table.csv', 'mine\n');
  place.write('log.txt', 'my log\n');
  outside.write('target.txt', 'elsewhere\n');
  symlinkSync(outside.path('target.txt'), place.path('link.txt'));
  expect((await place.execute('run', notebook)).code).toBe(0);
  original = place.store.runIds()[0]!;
  // Edited after the run: it is the edited file that must come back.
  place.write('table.csv', Buffer.from([0, 255, 10, 13, 10]));
  chmodSync(place.path('table.csv'), 0o640);
  utimesSync(place.path('table.csv'), 1e9 + 0.123456, 1e9 + 0.123456);
});
beforeEach(() => {
  for (const flag of ['again', 'wait', 'only.txt']) rmSync(place.path(flag), { force: true });
  before = snapshot();
});
afterAll(() => {
  place.remove();
  outside.remove();
});

function snapshot(): Snapshot {
  return Object.fromEntries(
    NAMES.filter((name) => existsSync(place.path(name))).map((name) => {
      const { mode, mtimeNs } = statSync(place.path(name), { bigint: true });
      const content = readFileSync(place.path(name)).toString('hex');
      return [name, { content, mode: Number(mode), mtimeUs: Number(mtimeNs / 1000n) }];
    }),
  );
}

function expectBack(): void {
  const now = snapshot();
  expect(Object.keys(now)).toEqual(Object.keys(before));
  for (const [name, { content, mode, mtimeUs }] of Object.entries(before)) {
    expect([name, now[name]!.content, now[name]!.mode]).toEqual([name, content, mode]);
    expect(Math.abs(now[name]!.mtimeUs - mtimeUs)).toBeLessThanOrEqual(1);
  }
  expect(statSync(place.path('link.txt')).ino).toBe(statSync(outside.path('target.txt')).ino);
  expect(existsSync(place.path('only.txt'))).toBe(false);
  expect(readdirSync(path.join(place.store.folder, 'putback'))).toEqual([]);
  expect(readdirSync(place.folder).filter((name) => name.includes('reprise-'))).toEqual([]);
}

/** A replay that has written `late.txt` in a cell that is still running. */
async function waitingReplay() {
  place.write('wait', '');
  place.write('again', '');
  const running = place.start(['replay', notebook, '--python', PYTHON]);
  const replay = (): string => place.store.runIds()[0]!;
  await until('the replay has begun', () => replay() !== original && !existsSync(place.path('late.txt')));
  await until('the replay waits', () => existsSync(place.path('late.txt')) && place.read('late.txt') !== '');
  expect(snapshot()['made.txt']).not.toEqual(before['made.txt']);
  return { ...running, replay: replay() };
}

async function expectRecovered(...command: string[]): Promise<void> {
  const runs = await place.reprise(...(command.length > 0 ? command : ['runs']));
  expect(runs.code).toBe(0);
  expect(runs.stdout).toContain('they are back now');
  expect(runs.stdout).toContain('table.csv');
  expect(stackTrace(runs)).toBeUndefined();
  expectBack();
  expect(await place.leftBehind()).toEqual([]);
  expect((await place.reprise('runs')).stdout).not.toContain('back now');
}

describe('after a replay', () => {
  it('the files are back, and its versions are in its run folder', async () => {
    place.write('again', '');
    const { code } = await place.execute('replay', notebook);
    expect(code).toBe(1);
    expectBack();
    const versions = path.join(place.store.runFolder(place.store.runIds()[0]!), 'files');
    expect(readdirSync(versions).sort()).toEqual([...NAMES, 'log.txt', 'only.txt'].sort());
    for (const name of NAMES) {
      expect(readFileSync(path.join(versions, name), 'hex')).not.toBe(before[name]!.content);
    }
    // The original did not write it, so it was not kept; but it is the user's and stays.
    expect(place.read('log.txt')).toMatch(/^my log\n./);
  });

  it('a file that the user deleted since the run does not come back', async () => {
    const { content } = before['late.txt']!;
    rmSync(place.path('late.txt'));
    before = snapshot();
    await place.execute('replay', notebook);
    expectBack();
    place.write('late.txt', Buffer.from(content, 'hex'));
  });
});

describe('after a killed replay the next command puts the files back', () => {
  it('when the command was killed', async () => {
    const { child, ended } = await waitingReplay();
    child.kill('SIGKILL');
    await ended;
    await expectRecovered('status', notebook);
  });

  it('when its runner was killed with it', async () => {
    const { child, ended, replay } = await waitingReplay();
    child.kill('SIGKILL');
    process.kill(readLocal(place.store.runFolder(replay)).pid!, 'SIGKILL');
    await ended;
    await expectRecovered();
  });

  it('and what the user wrote in between is kept with the replay', async () => {
    const { child, ended, replay } = await waitingReplay();
    child.kill('SIGKILL');
    await ended;
    expect(await place.leftBehind(20_000)).toEqual([]);
    place.write('table.csv', 'written before anything was put back');
    await expectRecovered();
    const versions = path.join(place.store.runFolder(replay), 'files');
    expect(readFileSync(path.join(versions, 'table.csv'), 'utf8')).toBe(
      'written before anything was put back',
    );
  });

  it('but not while the replay still runs, which another replay is told', async () => {
    const { child, ended } = await waitingReplay();
    expect((await place.reprise('runs')).stdout).not.toContain('back now');
    const second = await place.execute('replay', notebook);
    expect(second.code).toBe(5);
    expect(second.stderr).toContain('holds files here');
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expectBack();
  });
});
