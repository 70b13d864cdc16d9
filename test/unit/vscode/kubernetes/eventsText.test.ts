/** *Show Events* as the user reads it, whoever wrote what it is made of. */
import { expect, it } from 'vitest';
import { temporaryStore } from '../../lineage/build';
import { eventsText } from '../../../../src/vscode/kubernetes/eventsText';
import { call, FakeEditor } from '../fakeEditor';
import { HOSTILE, IMAGE, putTarget, RUN, target } from './sent';

const textOf = (fields: object): string => eventsText(RUN, target(fields) as Record<string, unknown>);

it('says where a run went, what it got, how it ended and what the cluster said', async () => {
  const editor = new FakeEditor();
  const store = temporaryStore();
  putTarget(store, {
    context: 'lab',
    namespace: 'notebooks',
    name: 'reprise-1',
    image: IMAGE,
    got: { name: 'reprise-1-abc', uid: 'u', node: 'node-a', gpus: ['NVIDIA H100', 'NVIDIA H100'] },
    end: { exit: 0, status: 'ok' },
    events: ['Scheduled: to node-a', 'Pulled: the image'],
  });
  editor.row = { root: store.root, run: RUN };
  expect(await call('reprise.showRunEvents', editor)).toEqual([
    [
      `Run ${RUN}`,
      `# Run ${RUN}`,
      '',
      '| | |',
      '|---|---|',
      '| notebook | work/study.ipynb |',
      '| stage | submitted |',
      '| sent | 2026-11-25T20:25:00.000Z |',
      '| place | lab · notebooks |',
      '| object | reprise-1 |',
      `| image | ${IMAGE} |`,
      '| pod | reprise-1-abc |',
      '| node | node-a |',
      '| GPUs | NVIDIA H100, NVIDIA H100 |',
      '| ended | ok |',
      '| exit code | 0 |',
      '',
      '## What the cluster said',
      '',
      '- Scheduled: to node-a',
      '- Pulled: the image',
      '',
    ].join('\n'),
  ]);
});

it('says so where nothing was kept, or is there no more', async () => {
  const editor = new FakeEditor();
  editor.row = { root: temporaryStore().root, run: RUN };
  const [shown] = await call('reprise.showRunEvents', editor);
  expect(shown).toMatch(/## What the cluster said\n\nNothing that was kept\.\n$/);
});

it('takes no path for a run', async () => {
  const editor = new FakeEditor();
  editor.row = { root: editor.folder, run: '../../etc' };
  const [told] = await call('reprise.showRunEvents', editor);
  expect(told).toMatch(/^error: Reprise failed: "\.\.\/\.\.\/etc" is not a run id/);
});

it.each([
  ['a bar', 'a|b', 'a\\|b'],
  ['a bar behind a backslash', 'a\\|b', 'a\\\\\\|b'],
  ['lines', 'a\n\n# b\r\n- c', 'a # b - c'],
  ['a link', '[a](command:b)', '[a] (command:b)'],
  ['an image', '![a](https://b.example/c)', '![a] (https://b.example/c)'],
  ['a tag', '<img src=x>', '\\<img src=x>'],
  ['what turns text, or a terminal obeys', HOSTILE, 'a b [31m c d'],
])('keeps %s within its line', (_, hostile, shown) => {
  const text = textOf({ name: hostile, events: [hostile], got: { node: hostile, gpus: [hostile] } });
  const [object, node, gpus, event] = text.split('\n').filter((line) => line.includes(shown));
  expect([object, node, gpus, event]).toEqual([
    `| object | ${shown} |`,
    `| node | ${shown} |`,
    `| GPUs | ${shown} |`,
    `- ${shown}`,
  ]);
});

it.each([
  { events: 'all', got: 'x', end: 7 },
  { events: [1, null, {}, ''], got: [], end: null },
  { events: {}, got: { gpus: 'H100', name: {} }, end: { status: [] } },
])('passes over what has another type: %j', (fields) => {
  const text = textOf(fields);
  expect(text).not.toMatch(/object Object|undefined|null/);
  expect(text).not.toMatch(/pod|ended/);
});

it('cuts what has no end', () => {
  expect(textOf({ image: 'x'.repeat(1_000_000), events: ['y'.repeat(1_000_000)] }).length).toBeLessThan(1500);
});
