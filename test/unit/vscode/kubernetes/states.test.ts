/** What can be read of a run's folder, whatever is in it. */
import { mkdirSync, rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { clusterRunsIn, isOpen, targetOf } from '../../../../src/vscode/kubernetes/states';
import { temporaryStore, writeRun } from '../../lineage/build';
import { putFile, putTarget, rowIn, RUN, target } from './sent';

it('are the runs that went to a cluster, newest first', () => {
  const store = temporaryStore();
  const [older, newer, here] = ['20260101-000000-aaaaaa', '20260102-000000-bbbbbb', '20260103-000000-cccccc'];
  putTarget(store, {}, older);
  putTarget(store, {}, newer);
  writeRun(store, here, [{ code: '1' }]);
  expect(clusterRunsIn(store.root).map(({ run }) => run)).toEqual([newer, older]);
});

it('are none where nothing was recorded', () => {
  const store = temporaryStore();
  rmSync(store.folder, { recursive: true });
  expect(clusterRunsIn(store.root)).toEqual([]);
});

describe('a target.json', () => {
  it.each([
    ['is empty', ''],
    ['is no JSON', '{"stage": "subm'],
    ['is null', 'null'],
    ['is a list', '[]'],
    ['names no notebook', JSON.stringify(target({ notebook: undefined }))],
    ['names a notebook that is no text', JSON.stringify(target({ notebook: { name: 'a' } }))],
    ['names a notebook outside of the root', JSON.stringify(target({ notebook: '../elsewhere/a.ipynb' }))],
    ['names a notebook in a way of its own', JSON.stringify(target({ notebook: 'a/../../b.ipynb' }))],
    ['has a stage of a newer version', JSON.stringify(target({ stage: 'archived' }))],
    ['has a stage that is no text', JSON.stringify(target({ stage: ['submitted'] }))],
  ])('that %s leaves its run out, and the others in', (_, text) => {
    const store = temporaryStore();
    putFile(store, 'target.json', text);
    const other = '20260101-000000-aaaaaa';
    putTarget(store, {}, other);
    expect(clusterRunsIn(store.root).map(({ run }) => run)).toEqual([other]);
  });

  it('that is a folder leaves its run out', () => {
    const store = temporaryStore();
    mkdirSync(path.join(store.runFolder(RUN), 'target.json'), { recursive: true });
    expect(clusterRunsIn(store.root)).toEqual([]);
  });

  it('that is longer than any that Reprise writes is not read', () => {
    const store = temporaryStore();
    putTarget(store);
    truncateSync(path.join(store.runFolder(RUN), 'target.json'), 30_000_000);
    expect(targetOf({ root: store.root, run: RUN })).toBeUndefined();
    putFile(store, 'target.json', target({ events: ['x'.repeat(30_000_000)] }));
    expect(clusterRunsIn(store.root)).toEqual([]);
  });

  it.each([12, 'yesterday', null, ['2026']])('without a date (%j) has no age', (submittedAt) => {
    const store = temporaryStore();
    putTarget(store, { submittedAt });
    expect(rowIn(store).description).toBe('run · goes on in the cluster');
  });

  it('that replays something that is no text is a run', () => {
    const store = temporaryStore();
    putTarget(store, { replayOf: 7 });
    expect(rowIn(store).description).toMatch(/^run · /);
  });
});

describe('a record', () => {
  it('whose end this version does not know counts as torn', () => {
    const store = temporaryStore();
    putTarget(store, { stage: 'cleaned' });
    writeRun(store, RUN, [{ code: '1' }], { summary: { status: 'paused' as 'ok' } });
    expect(rowIn(store)).toMatchObject({ description: 'run · kernel died · 5 min ago', kind: 'judged' });
  });

  it('without an end is of a kernel that died; without a beginning there is none', () => {
    const store = temporaryStore();
    putTarget(store, { stage: 'cleaned' });
    writeRun(store, RUN, [{ code: '1' }], { summary: null });
    expect(clusterRunsIn(store.root)[0]!.status).toBe('died');
    putFile(store, 'record.jsonl', 'nothing\n');
    expect(clusterRunsIn(store.root)[0]).not.toHaveProperty('status');
  });
});

it.each(['{', 'null', '{"pid":"1"}', '{"pid":-1}', '{"pid":1e300}', '{"pid":4194305}'])(
  'a follower.json with %s is of nobody',
  (text) => {
    const store = temporaryStore();
    putTarget(store);
    putFile(store, 'follower.json', text);
    expect(clusterRunsIn(store.root)[0]!.isFollowedElsewhere).toBe(false);
  },
);

it('a verdict that cannot be read leaves its replay to be judged, unless it was cancelled', () => {
  const store = temporaryStore();
  putFile(store, 'verdict.json', '{"schema":"reprise/verdict/1","verdict":"toString"}');
  writeRun(store, RUN, [{ code: '1' }], { summary: { status: 'ok' } });
  putTarget(store, { stage: 'cleaned', replayOf: '20261125-202346-4acacb' });
  expect(clusterRunsIn(store.root).map(isOpen)).toEqual([true]);
  putTarget(store, { stage: 'cancelled', replayOf: '20261125-202346-4acacb' });
  expect(clusterRunsIn(store.root).map(isOpen)).toEqual([false]);
});
