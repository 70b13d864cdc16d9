import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { damagedRuns, newestFinishedRun } from '../../../src/lineage/heads';
import { StoreLineages } from '../../../src/lineage/index/open';
import { listRuns } from '../../../src/lineage/runs';
import { Store, StoreError } from '../../../src/lineage/store';
import { sha, stdout, type CellSpec } from '../replay/build';
import { temporaryFolder, temporaryStore, writeRun } from './build';

const CELLS: CellSpec[] = [{ outputs: [stdout('a')] }];

describe('the store', () => {
  it('hides itself from git and leaves an existing .gitignore alone', () => {
    const store = temporaryStore();
    const ignore = path.join(store.folder, '.gitignore');
    expect(readFileSync(ignore, 'utf8')).toBe('*\n');
    writeFileSync(ignore, '*\n!keep\n');
    store.ensure();
    expect(readFileSync(ignore, 'utf8')).toBe('*\n!keep\n');
  });

  it('names runs by the second in UTC, each once', () => {
    const store = new Store(temporaryFolder());
    const now = new Date('2026-11-23T10:15:00.999Z');
    const runs = Array.from({ length: 50 }, () => store.newRunId(now));
    expect(new Set(runs).size).toBe(50);
    for (const run of runs) {
      expect(run).toMatch(/^20261123-101500-[0-9a-z]{6}$/);
      expect(statSync(store.runFolder(run)).isDirectory()).toBe(true);
    }
  });

  it('takes nothing for a run that is not a run id', () => {
    const store = temporaryStore();
    expect(() => store.runFolder('../../etc')).toThrow(expect.objectContaining({ reason: 'bad-run' }));
    expect(store.hasRun('../objects')).toBe(false);
  });

  it('keeps objects under their sha256, whole, once', () => {
    const store = temporaryStore();
    const digest = store.putObject(Buffer.from('hello'));
    expect(digest).toBe(sha('hello'));
    expect(store.putObject(Buffer.from('hello'))).toBe(digest);
    expect(store.getObject(digest).toString()).toBe('hello');
    expect(readdirSync(store.objectsFolder)).toEqual([digest]);
  });

  it('renews the age of an object that is kept again', () => {
    const store = temporaryStore();
    const digest = store.putObject(Buffer.from('hello'));
    utimesSync(store.objectPath(digest), 1, 1);
    store.putObject(Buffer.from('hello'));
    expect(statSync(store.objectPath(digest)).mtimeMs).toBeGreaterThan(Date.now() - 60_000);
  });

  it('keeps files', () => {
    const store = temporaryStore();
    const file = path.join(store.root, 'a.csv');
    writeFileSync(file, 'x,y\n');
    expect(store.putFile(file)).toBe(sha('x,y\n'));
    expect(store.putFile(file)).toBe(sha('x,y\n'));
    expect(readdirSync(store.objectsFolder)).toEqual([sha('x,y\n')]);
  });

  it('does not hand out what is missing or was changed', () => {
    const store = temporaryStore();
    const digest = store.putObject(Buffer.from('hello'));
    writeFileSync(store.objectPath(digest), 'hullo');
    expect(() => store.getObject(digest)).toThrow(expect.objectContaining({ reason: 'changed' }));
    expect(() => store.getObject(sha('other'))).toThrow(expect.objectContaining({ reason: 'missing' }));
    expect(() => store.getObject('../runs')).toThrow(StoreError);
  });

  it('lists runs newest first, within a second too', () => {
    const store = temporaryStore();
    expect(new Store(temporaryFolder()).runIds()).toEqual([]);
    const began = (at: string) => ({ header: { startedAt: at } });
    writeRun(store, '20260102-000000-aaaaaa', CELLS, began('2026-01-02T00:00:00.900Z'));
    writeRun(store, '20260102-000000-bbbbbb', CELLS, began('2026-01-02T00:00:00.100Z'));
    writeRun(store, '20260103-000000-aaaaaa', CELLS);
    expect(store.runIds()).toEqual([
      '20260103-000000-aaaaaa',
      '20260102-000000-aaaaaa',
      '20260102-000000-bbbbbb',
    ]);
  });

  it('finds the newest finished run of a notebook, which is no replay', () => {
    const store = temporaryStore();
    writeRun(store, '20260101-000000-aaaaaa', CELLS);
    writeRun(store, '20260102-000000-aaaaaa', CELLS, { summary: { status: 'error' } });
    writeRun(store, '20260103-000000-aaaaaa', CELLS, { header: { replayOf: '20260102-000000-aaaaaa' } });
    writeRun(store, '20260104-000000-aaaaaa', CELLS, { summary: { status: 'died' } });
    writeRun(store, '20260105-000000-aaaaaa', CELLS, { summary: null });
    writeRun(store, '20260106-000000-aaaaaa', CELLS, { header: { notebook: 'other.ipynb' } });
    expect(newestFinishedRun(store, 'study.ipynb')).toBe('20260102-000000-aaaaaa');
    expect(newestFinishedRun(store, 'none.ipynb')).toBeUndefined();
  });
});

describe('the list of runs', () => {
  it('says what became of each', () => {
    const store = temporaryStore();
    writeRun(store, '20260101-000000-aaaaaa', CELLS);
    const replay = writeRun(store, '20260102-000000-aaaaaa', CELLS, {
      header: { replayOf: '20260101-000000-aaaaaa' },
    });
    writeFileSync(path.join(replay, 'verdict.json'), '{"schema":"reprise/verdict/1","verdict":"identical"}');
    writeRun(store, '20260103-000000-aaaaaa', CELLS, { summary: null });
    const running = writeRun(store, '20260104-000000-aaaaaa', CELLS, { summary: null });
    writeFileSync(path.join(running, 'local.json'), JSON.stringify({ pid: process.pid, kernelPid: null }));
    writeFileSync(path.join(writeRun(store, '20260105-000000-aaaaaa', CELLS), 'record.jsonl'), 'nonsense');
    const listed = listRuns(store);
    expect(listed.map(({ status, verdict }) => [status, verdict])).toEqual([
      ['unreadable', undefined],
      ['running', undefined],
      ['incomplete', undefined],
      ['ok', 'identical'],
      ['ok', undefined],
    ]);
    expect(listed[2]).toMatchObject({
      notebook: 'study.ipynb',
      policy: 'close',
      cells: 1,
      seed: { value: '9f' },
    });
    expect(listed[3]?.replayOf).toBe('20260101-000000-aaaaaa');
    expect(existsSync(store.recordPath('20260101-000000-aaaaaa'))).toBe(true);
  });

  it('goes past whatever is damaged, and names it', () => {
    const store = temporaryStore();
    const [ok, header, folder, file] = [1, 2, 3, 4].map((day) => `2026010${day}-000000-aaaaaa`);
    writeRun(store, ok!, CELLS);
    const odd = { type: 'header', schema: 'reprise/record/1', cells: [], notebook: 7, seed: null };
    writeFileSync(
      path.join(writeRun(store, header!, CELLS), 'record.jsonl'),
      JSON.stringify(odd) + '\n{"type":"summary"}\n',
    );
    mkdirSync(path.join(store.runFolder(folder!), 'record.jsonl'), { recursive: true });
    writeFileSync(store.runFolder(file!), 'no folder');
    expect(listRuns(store).map(({ run, status }) => [run, status])).toEqual([
      [file, 'unreadable'],
      [folder, 'unreadable'],
      [header, 'unreadable'],
      [ok, 'ok'],
    ]);
    expect(damagedRuns(store)).toEqual([folder, header]);
    const lineages = new StoreLineages(store);
    expect(lineages.touches({ path: 'table.csv' })).toEqual([]);
    expect(lineages.touches({ sha256: [sha('x')] })).toEqual([]);
    lineages.close();
  });
});
