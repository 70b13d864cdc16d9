import {
  existsSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyGc, planGc } from '../../../src/lineage/gc';
import type { Store } from '../../../src/lineage/store';
import { sha, stdout, type CellSpec, type RunSpec } from '../replay/build';
import { temporaryFolder, temporaryStore, writeRun } from './build';

const NOW = new Date('2026-06-01T00:00:00.000Z');
const OLD = new Date('2026-01-01T00:00:00.000Z');
const PRUNE_ALL = { keep: 0, olderThanDays: 0, now: NOW };

const cells = (text: string): CellSpec[] => [{ outputs: [stdout(text)] }];
const id = (day: number): string => `2026010${day}-000000-aaaaaa`;

function oldRun(store: Store, day: number, text: string, spec: RunSpec = {}): string {
  const folder = writeRun(store, id(day), cells(text), {
    ...spec,
    header: { startedAt: `2026-01-0${day}T00:00:00.000Z`, ...spec.header },
  });
  for (const name of readdirSync(folder)) utimesSync(path.join(folder, name), OLD, OLD);
  return folder;
}

function object(store: Store, content: string, age = OLD): string {
  const digest = store.putObject(Buffer.from(content));
  utimesSync(store.objectPath(digest), age, age);
  return digest;
}

const pruned = (store: Store, options = {}): string[] =>
  planGc(store, { ...PRUNE_ALL, ...options }).runs.map(({ run }) => run);

describe('what gc plans', () => {
  it('is everything but the newest finished run of each notebook', () => {
    const store = temporaryStore();
    oldRun(store, 1, 'a');
    oldRun(store, 2, 'b');
    oldRun(store, 3, 'c', { header: { notebook: 'other.ipynb' } });
    oldRun(store, 4, 'd', { summary: { status: 'cancelled' } });
    expect(pruned(store)).toEqual([id(4), id(1)]);
  });

  it('leaves the newest and the young', () => {
    const store = temporaryStore();
    for (const day of [1, 2, 3, 4]) oldRun(store, day, 'a');
    expect(pruned(store, { keep: 2 })).toEqual([id(2), id(1)]);
    expect(pruned(store, { olderThanDays: 30, now: new Date('2026-02-01T12:00:00.000Z') })).toEqual([
      id(2),
      id(1),
    ]);
    expect(planGc(store, { ...PRUNE_ALL, keep: 2 }).kept).toContainEqual({ run: id(3), because: 'newest' });
  });

  it('leaves a sealed run', () => {
    const store = temporaryStore();
    oldRun(store, 1, 'sealed');
    oldRun(store, 2, 'b');
    const seal = { cells: [], results: '' };
    writeFileSync(
      path.join(store.root, 'study.repro.json'),
      JSON.stringify({ schema: 'reprise/notebook/1', settings: {}, seal: { ...seal, run: id(1) } }),
    );
    expect(pruned(store)).toEqual([]);
    expect(planGc(store, PRUNE_ALL).kept).toContainEqual({ run: id(1), because: 'sealed' });
  });

  it('leaves the run whose entropy was drawn for it and sealed, and not all with one fixed seed', () => {
    const store = temporaryStore();
    const drawn = '00112233445566778899aabbccddeeff';
    oldRun(store, 1, 'a', { header: { seed: { value: drawn, from: 'fresh' } } });
    oldRun(store, 2, 'b', { header: { seed: { value: '7', from: 'option' } } });
    oldRun(store, 3, 'c');
    const seal = { cells: [], seed: drawn, flags: '7'.repeat(64) };
    writeFileSync(
      path.join(store.root, 'study.repro.json'),
      JSON.stringify({ schema: 'reprise/notebook/1', settings: {}, seal }),
    );
    expect(pruned(store)).toEqual([id(2)]);
  });

  it('leaves a run that is still being written', () => {
    const store = temporaryStore();
    const folder = oldRun(store, 1, 'a', { summary: null });
    oldRun(store, 2, 'b');
    expect(pruned(store)).toEqual([id(1)]);
    writeFileSync(path.join(folder, 'local.json'), JSON.stringify({ pid: process.pid }));
    expect(planGc(store, PRUNE_ALL).kept).toContainEqual({ run: id(1), because: 'being-written' });
  });

  it('leaves the original of a replay that stays', () => {
    const store = temporaryStore();
    oldRun(store, 1, 'a');
    oldRun(store, 2, 'b');
    oldRun(store, 3, 'a', { header: { replayOf: id(1) } });
    expect(pruned(store, { keep: 1 })).toEqual([]);
    expect(pruned(store)).toEqual([id(3), id(1)]);
  });

  it('changes nothing', () => {
    const store = temporaryStore();
    oldRun(store, 1, 'a');
    oldRun(store, 2, 'b');
    object(store, 'unreferenced');
    const before = readdirSync(store.folder, { recursive: true }).sort();
    const plan = planGc(store, PRUNE_ALL);
    expect(plan.bytes).toBeGreaterThan('unreferenced'.length);
    expect(readdirSync(store.folder, { recursive: true }).sort()).toEqual(before);
  });
});

describe('what gc removes', () => {
  it('is the planned runs, and the objects that nothing names any more', () => {
    const store = temporaryStore();
    const [gone, kept] = [object(store, 'source of old'), object(store, 'source of new')];
    const [stray, young] = [object(store, 'stray'), object(store, 'about to be named', NOW)];
    oldRun(store, 1, 'a', { header: { pin: { lock: 'x', sha256: gone } } });
    oldRun(store, 2, 'b', { header: { pin: { lock: 'x', sha256: kept } } });
    const plan = planGc(store, PRUNE_ALL);
    expect(plan.objects.map(({ name }) => name).sort()).toEqual([gone, stray].sort());
    const removed = applyGc(store, plan, NOW);
    expect(removed).toMatchObject({ runs: [id(1)], objects: 2, bytes: plan.bytes });
    expect(store.runIds()).toEqual([id(2)]);
    expect(readdirSync(store.objectsFolder).sort()).toEqual([kept, young].sort());
  });

  it('leaves what began to be used since the plan was made', () => {
    const store = temporaryStore();
    const digest = object(store, 'reused');
    const folder = oldRun(store, 1, 'a', {
      summary: null,
      header: { pin: { lock: 'x', sha256: sha('pinned') } },
    });
    const pinned = object(store, 'pinned');
    oldRun(store, 2, 'b');
    const plan = planGc(store, PRUNE_ALL);
    expect(plan.runs.map(({ run }) => run)).toEqual([id(1)]);
    expect(plan.objects.map(({ name }) => name).sort()).toEqual([digest, pinned].sort());
    utimesSync(store.objectPath(digest), NOW, NOW);
    writeFileSync(path.join(folder, 'local.json'), JSON.stringify({ pid: process.pid }));
    expect(applyGc(store, plan, NOW)).toEqual({ runs: [], objects: 0, bytes: 0 });
    expect(existsSync(folder)).toBe(true);
    expect(store.hasObject(pinned)).toBe(true);
  });
});

describe('what gc leaves alone', () => {
  const objects = (store: Store): string[] => planGc(store, PRUNE_ALL).objects.map(({ name }) => name);

  it('is what a journal still has to put back, and its replay', () => {
    const store = temporaryStore();
    const [kept, stray] = [object(store, 'mine'), object(store, 'stray')];
    oldRun(store, 1, 'a');
    oldRun(store, 2, 'b');
    mkdirSync(store.putbackFolder);
    const journal = JSON.stringify({ kept: [{ path: 'table.csv', object: kept }] });
    writeFileSync(path.join(store.putbackFolder, `${id(1)}.json`), JSON.stringify({ journal, mark: '' }));
    expect(objects(store)).toEqual([stray]);
    expect(planGc(store, PRUNE_ALL).runs).toEqual([]);
  });

  it('is whatever no digest names, but what was never finished', () => {
    const store = temporaryStore();
    oldRun(store, 1, 'a');
    const unfinished = ['.new-12-0a1b2c3d', '.new-k3_x9qhz'];
    for (const name of ['notes.txt', sha('a').toUpperCase(), `${sha('a')}.bak`, '.new', ...unfinished]) {
      writeFileSync(path.join(store.objectsFolder, name), '');
      utimesSync(path.join(store.objectsFolder, name), OLD, OLD);
    }
    mkdirSync(path.join(store.objectsFolder, sha('a folder')));
    utimesSync(path.join(store.objectsFolder, sha('a folder')), OLD, OLD);
    expect(objects(store).sort()).toEqual(unfinished);
  });

  it('is what lies behind links', () => {
    const store = temporaryStore();
    oldRun(store, 1, 'a');
    const elsewhere = path.join(temporaryFolder(), sha('elsewhere'));
    writeFileSync(elsewhere, 'elsewhere');
    utimesSync(elsewhere, OLD, OLD);
    symlinkSync(elsewhere, store.objectPath(sha('elsewhere')));
    lutimesSync(store.objectPath(sha('elsewhere')), OLD, OLD);
    expect(objects(store)).toEqual([]);

    rmSync(store.objectsFolder, { recursive: true });
    symlinkSync(path.dirname(elsewhere), store.objectsFolder);
    const plan = planGc(store, PRUNE_ALL);
    expect(plan.objects).toEqual([]);
    expect(plan.allObjectsStay).toEqual([
      { path: '.reprise/objects', why: 'it is a link, and other folders may keep theirs there' },
    ]);
    applyGc(store, { ...plan, objects: [{ name: sha('elsewhere'), bytes: 9 }] }, NOW);
    expect(existsSync(elsewhere)).toBe(true);
  });

  it('is every run where all of them are behind a link', () => {
    const store = temporaryStore();
    oldRun(store, 1, 'a');
    oldRun(store, 2, 'b');
    const elsewhere = path.join(temporaryFolder(), 'runs');
    renameSync(store.runsFolder, elsewhere);
    symlinkSync(elsewhere, store.runsFolder);
    expect(pruned(store)).toEqual([]);
  });

  it.each([
    ['is nonsense', (record: string) => writeFileSync(record, 'nonsense\n')],
    [
      'has zeros in it, as after a crash',
      (record: string) => writeFileSync(record, '\0'.repeat(512), { flag: 'a' }),
    ],
    [
      'is of a newer version',
      (record: string) => writeFileSync(record, '{"type":"header","schema":"reprise/record/9"}\n'),
    ],
    [
      'is a folder',
      (record: string) => {
        rmSync(record);
        mkdirSync(record);
      },
    ],
  ])('is every object while a record that stays %s, and it is named', (_, damage) => {
    const store = temporaryStore();
    object(store, 'stray');
    oldRun(store, 1, 'a');
    damage(path.join(oldRun(store, 2, 'b'), 'record.jsonl'));
    oldRun(store, 3, 'c');
    const plan = planGc(store, { ...PRUNE_ALL, keep: 5 });
    expect(plan.objects).toEqual([]);
    expect(plan.allObjectsStay).toEqual([
      { path: `.reprise/runs/${id(2)}/record.jsonl`, why: 'it cannot be read' },
    ]);
    expect(plan.kept.map(({ run }) => run)).toEqual([id(3), id(2), id(1)]);
  });

  it('is no object for a run that ended before anything was recorded', () => {
    const store = temporaryStore();
    const stray = object(store, 'stray');
    oldRun(store, 1, 'a');
    writeFileSync(path.join(oldRun(store, 2, 'b'), 'record.jsonl'), '');
    rmSync(path.join(oldRun(store, 3, 'c'), 'record.jsonl'));
    expect(planGc(store, { ...PRUNE_ALL, keep: 5 }).objects.map(({ name }) => name)).toEqual([stray]);
  });
});
