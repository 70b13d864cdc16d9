/** What the tree *Replays* says of each run, to the eye and to the ear. */
import { describe, expect, it } from 'vitest';
import type { Live } from '../../../../src/vscode/kubernetes/followers';
import { ageWords } from '../../../../src/vscode/kubernetes/rows';
import { temporaryStore, writeRun } from '../../lineage/build';
import { HOSTILE, putFile, putTarget, putVerdict, rowIn, RUN } from './sent';

const CELL: Live = { cell: { index: 4, number: 2, of: 3 } };

describe('a run that goes on', () => {
  it.each<[string, Live, string]>([
    ['waiting', {}, ''],
    ['waiting', { notice: 'No node has a free GPU.' }, 'No node has a free GPU.\n'],
    ['cell 2 of 3', CELL, ''],
    // What it waited for is over once a cell runs.
    ['cell 2 of 3', { ...CELL, notice: 'No node has a free GPU.' }, ''],
  ])('is %s', (words, live, notice) => {
    const store = temporaryStore();
    putTarget(store);
    expect(rowIn(store, live)).toEqual({
      root: store.root,
      run: RUN,
      label: 'study.ipynb',
      description: `run · ${words} · 5 min ago`,
      tooltip: `work/study.ipynb\nrun, ${words}, 5 min ago\n${notice}${RUN}`,
      spoken: `study.ipynb, run, ${words}, 5 min ago`,
      icon: { id: 'sync~spin' },
      kind: 'followed',
    });
  });

  it.each(['submitting', 'submitted', 'followed'])('goes on in the cluster while it is %s', (stage) => {
    const store = temporaryStore();
    putTarget(store, { stage });
    expect(rowIn(store)).toMatchObject({
      description: 'run · goes on in the cluster · 5 min ago',
      icon: { id: 'cloud' },
      kind: 'open',
    });
  });

  it('is followed in another window, by a process that lives', () => {
    const store = temporaryStore();
    putTarget(store);
    putFile(store, 'follower.json', { pid: process.pid });
    expect(rowIn(store)).toMatchObject({
      spoken: 'study.ipynb, run, followed in another window or terminal, 5 min ago',
      icon: { id: 'cloud' },
      kind: 'open',
    });
  });
});

describe('a run that ended', () => {
  it.each([
    ['cancelled', { stage: 'cancelled' }, 'circle-slash', undefined],
    ['ended without results', { stage: 'cleaned' }, 'error', 'testing.iconFailed'],
  ])('is %s', (words, fields, id, color) => {
    const store = temporaryStore();
    putTarget(store, fields);
    const row = rowIn(store);
    expect(row).toMatchObject({ description: `run · ${words} · 5 min ago`, kind: 'ended' });
    expect(row.icon).toEqual(color === undefined ? { id } : { id, color });
  });

  it.each([
    ['ok', 'ran to its end', { id: 'check' }],
    ['error', 'a cell raised', { id: 'warning', color: 'list.warningForeground' }],
    ['cancelled', 'cancelled', { id: 'circle-slash' }],
    ['died', 'kernel died', { id: 'error', color: 'testing.iconFailed' }],
  ] as const)('says of the status %s: %s', (status, words, icon) => {
    const store = temporaryStore();
    putTarget(store, { stage: 'cleaned' });
    writeRun(store, RUN, [{ code: '1' }], { summary: { status } });
    expect(rowIn(store)).toMatchObject({ description: `run · ${words} · 5 min ago`, icon, kind: 'judged' });
  });

  it.each([
    ['identical', { firstDivergence: null }, 'Same', { id: 'pass', color: 'testing.iconPassed' }],
    [
      'canonical',
      { firstDivergence: null, masks: ['address', 'timing'] },
      'Same apart from addresses, timings',
      { id: 'pass', color: 'testing.iconPassed' },
    ],
    ['within-tolerance', { firstDivergence: null }, 'Close', { id: 'pass', color: 'testing.iconPassed' }],
    ['different', {}, 'Different from cell 4', { id: 'error', color: 'testing.iconFailed' }],
    ['unverifiable', { firstDivergence: null }, 'Cannot tell', { id: 'question' }],
  ])('tells the verdict %s', (verdict, fields, words, icon) => {
    const store = temporaryStore();
    putTarget(store, { stage: 'cleaned', replayOf: '20261125-202346-4acacb' });
    writeRun(store, RUN, [{ code: '1' }], { summary: { status: 'ok' } });
    putVerdict(store, { verdict, ...fields });
    expect(rowIn(store)).toMatchObject({
      description: `replay · ${words} · 5 min ago`,
      spoken: `study.ipynb, replay, ${words}, 5 min ago`,
      icon,
      kind: 'judged',
    });
  });

  it('is still open while its replay is not judged', () => {
    const store = temporaryStore();
    putTarget(store, { stage: 'cleaned', replayOf: '20261125-202346-4acacb' });
    writeRun(store, RUN, [{ code: '1' }], { summary: { status: 'ok' } });
    expect(rowIn(store)).toMatchObject({
      description: 'replay · goes on in the cluster · 5 min ago',
      kind: 'open',
    });
  });
});

describe('texts that are anybody’s', () => {
  it('are on one line, and turn nothing around', () => {
    const store = temporaryStore();
    putTarget(store, { notebook: `work/${HOSTILE}.ipynb` });
    const row = rowIn(store, { notice: HOSTILE });
    expect(row).toMatchObject({
      label: 'a b [31m c d.ipynb',
      tooltip: `work/a b [31m c d.ipynb\nrun, waiting, 5 min ago\na b [31m c d\n${RUN}`,
      spoken: 'a b [31m c d.ipynb, run, waiting, 5 min ago',
    });
  });

  it('are cut, and never leave a row without a name', () => {
    const store = temporaryStore();
    putTarget(store, { notebook: 'x'.repeat(100_000) });
    expect(rowIn(store).label).toHaveLength(401);
    putTarget(store, { notebook: '\u202e' });
    expect(rowIn(store).label).toBe(RUN);
  });

  it('of a verdict too', () => {
    const store = temporaryStore();
    putTarget(store, { stage: 'cleaned' });
    putVerdict(store, { verdict: 'canonical', masks: [HOSTILE], firstDivergence: null });
    expect(rowIn(store).description).toBe('run · Same apart from a b [31m c d · 5 min ago');
  });
});

it.each([
  [-90_000, 'now'],
  [0, 'now'],
  [59_999, 'now'],
  [60_000, '1 min ago'],
  [3_599_999, '59 min ago'],
  [3_600_000, '1 h ago'],
  [47.9 * 3_600_000, '47 h ago'],
  [48 * 3_600_000, '2 days ago'],
  [NaN, ''],
])('an age of %d ms reads "%s"', (ms, words) => {
  expect(ageWords(ms)).toBe(words);
});
