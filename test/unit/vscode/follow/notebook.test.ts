import { appendFileSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Store } from '../../../../src/lineage/store';
import { RunHeads } from '../../../../src/vscode/follow/heads';
import { NotebookRuns } from '../../../../src/vscode/follow/notebook';
import { recordText, temporaryStore } from '../../lineage/build';
import { LIVE, ORIGINAL, putRecorded, putRun, putVerdict, recordedLines, REPLAY } from '../recorded';

type Follow = { notebook?: string; live?: () => string | undefined };

function follow(
  store: Store,
  { notebook = 'study.ipynb', live = () => undefined }: Follow = {},
): NotebookRuns {
  return new NotebookRuns(store, new RunHeads(store), notebook, live);
}

function append(store: Store, run: string, lines: string[]): void {
  appendFileSync(store.recordPath(run), `${lines.join('\n')}\n`);
}

describe('the runs of a notebook', () => {
  it('are none where nothing is recorded', async () => {
    const runs = follow(temporaryStore());
    await runs.look();
    expect(runs.newest).toBeUndefined();
  });

  it('are found with the verdict of their newest replay', async () => {
    const store = temporaryStore();
    putRecorded(store, 'original', ORIGINAL);
    putRecorded(store, 'replay', REPLAY);
    putVerdict(store);
    const runs = follow(store);
    await runs.look();
    expect(runs.newest).toMatchObject({
      run: ORIGINAL,
      status: 'ok',
      verdict: { replay: REPLAY, verdict: 'different' },
    });
  });

  it('are those of this notebook only', async () => {
    const store = temporaryStore();
    putRecorded(store, 'original', ORIGINAL);
    putRecorded(store, 'live', LIVE);
    const study = follow(store);
    await study.look();
    expect(study.newest?.run).toBe(ORIGINAL);
    const live = follow(store, { notebook: 'live.ipynb' });
    await live.look();
    expect(live.newest?.run).toBe(LIVE);
  });

  it('are followed line by line, from the header on', async () => {
    const store = temporaryStore();
    const lines = recordedLines('original');
    const runs = follow(store);
    await runs.look();
    putRun(store, ORIGINAL, '');
    await runs.changed(new Set([ORIGINAL]));
    expect(runs.newest).toBeUndefined();
    append(store, ORIGINAL, lines.slice(0, 2));
    await runs.changed(new Set([ORIGINAL]));
    expect(runs.newest).toMatchObject({ run: ORIGINAL, executions: 1 });
    append(store, ORIGINAL, lines.slice(2));
    await runs.changed(new Set([ORIGINAL]));
    expect(runs.newest).toMatchObject({ status: 'ok', executions: 4 });
  });

  it('take in a verdict when the replay is judged', async () => {
    const store = temporaryStore();
    putRecorded(store, 'original', ORIGINAL);
    const runs = follow(store);
    await runs.look();
    putRecorded(store, 'replay', REPLAY);
    await runs.changed(new Set([REPLAY]));
    expect(runs.newest?.verdict).toBeUndefined();
    putVerdict(store);
    await runs.changed(new Set([REPLAY]));
    expect(runs.newest).toMatchObject({ run: ORIGINAL, verdict: { verdict: 'different' } });
  });

  it('give way to a newer one, and come back when a cell runs in the older one', async () => {
    const store = temporaryStore();
    const session = '20260101-000000-aaaaaa';
    const headless = '20260101-000001-bbbbbb';
    const cell = (at: string) => [{ startedAt: `2026-01-01T${at}Z` }];
    const spec = { header: { starter: 'agent' as const }, summary: null, run: session };
    putRun(store, session, recordText(cell('00:00:00'), spec));
    const runs = follow(store);
    await runs.look();
    expect(runs.newest?.run).toBe(session);
    putRun(store, headless, recordText(cell('00:00:05'), { run: headless }));
    await runs.changed(new Set([headless]));
    expect(runs.newest?.run).toBe(headless);
    putRun(store, session, recordText([...cell('00:00:00'), ...cell('00:00:09')], spec));
    await runs.changed(new Set([session]));
    expect(runs.newest?.run).toBe(session);
  });

  it('include that of our own live kernel under whatever name the notebook had', async () => {
    const store = temporaryStore();
    putRecorded(store, 'live', LIVE, 3);
    const runs = follow(store, { notebook: 'renamed.ipynb', live: () => LIVE });
    await runs.look();
    expect(runs.newest).toMatchObject({ run: LIVE, status: 'running', executions: 2 });
  });

  it('are running while a process writes them, and incomplete after it was killed', async () => {
    const store = temporaryStore();
    putRecorded(store, 'original', ORIGINAL, 3);
    const local = path.join(store.runFolder(ORIGINAL), 'local.json');
    writeFileSync(local, JSON.stringify({ pid: process.pid }));
    const runs = follow(store);
    await runs.look();
    expect(runs.newest?.status).toBe('running');
    writeFileSync(local, JSON.stringify({ pid: 2 ** 30 }));
    await runs.look();
    expect(runs.newest?.status).toBe('incomplete');
  });

  it('fall back to the one before when the newest is pruned', async () => {
    const store = temporaryStore();
    const older = '20260101-000000-aaaaaa';
    putRun(store, older, recordText([{}], { run: older }));
    putRecorded(store, 'original', ORIGINAL);
    const runs = follow(store);
    await runs.look();
    expect(runs.newest?.run).toBe(ORIGINAL);
    rmSync(store.runFolder(ORIGINAL), { recursive: true });
    await runs.look();
    expect(runs.newest?.run).toBe(older);
  });

  it('are read once: a change elsewhere reads no record again', async () => {
    const store = temporaryStore();
    putRecorded(store, 'original', ORIGINAL);
    putRecorded(store, 'live', LIVE);
    const runs = follow(store);
    await runs.look();
    const path = store.recordPath(ORIGINAL);
    const before = readFileSync(path);
    // Same size, other content: only a second reading would notice.
    writeFileSync(path, before.toString('utf8').replaceAll('"unreached"', '"seeded___"'));
    utimesSync(path, new Date(0), new Date(0));
    await runs.changed(new Set([LIVE]));
    await runs.changed(new Set([ORIGINAL]));
    expect(
      [...runs.newest!.cells.values()].flatMap(({ entropy }) => entropy.map(({ reach }) => reach)),
    ).toEqual(['enforced', 'seeded', 'unreached', 'unreached']);
  });

  it('read a hundred bursts in turn without taking a line twice', async () => {
    const store = temporaryStore();
    const lines = recordedLines('original');
    putRun(store, ORIGINAL, `${lines[0]}\n`);
    const runs = follow(store);
    const turns = [runs.look()];
    for (let i = 0; i < 100; i++) {
      if (i % 25 === 0) append(store, ORIGINAL, [lines[1 + i / 25]!]);
      turns.push(i % 2 ? runs.changed(new Set([ORIGINAL])) : runs.look());
    }
    await Promise.all(turns);
    expect(runs.newest?.executions).toBe(4);
  });
});
