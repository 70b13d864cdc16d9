/** What a pod says, when it is somebody else's and means no good. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { placed, readResults } from '../../../src/cluster/collect/results';
import { readEndMessage } from '../../../src/cluster/follow/end';
import { readPodEvent } from '../../../src/cluster/follow/events';
import { notSent } from '../../../src/cluster/preflight';
import { Store } from '../../../src/lineage/store';

const RUN = '20261126-120000-abcdef';
const DIGEST = 'a'.repeat(64);
const folder = mkdtempSync(path.join(tmpdir(), 'reprise-hostile-'));
const store = new Store(folder).ensure();
mkdirSync(store.runFolder(RUN), { recursive: true });
afterAll(() => rmSync(folder, { recursive: true }));

function read(files: unknown, more: object = {}) {
  const bytes = Buffer.from(JSON.stringify({ schema: 'reprise/results/1', run: RUN, files, ...more }));
  return readResults(bytes, createHash('sha256').update(bytes).digest('hex'), RUN);
}

const file = (name: unknown, size: unknown = 1, sha256: unknown = DIGEST) => ({ path: name, size, sha256 });

describe('a list of results is refused', () => {
  it.each([
    ['a path above the root', [file('../evil')]],
    ['a path that goes up inside', [file('a/../../evil')]],
    ['an absolute path', [file('/etc/passwd')]],
    ['a backslash', [file('a\\..\\evil')]],
    ['an empty part', [file('a//b')]],
    ['a NUL', [file('a\0b')]],
    ['an empty name', [file('')]],
    ['a name that is no text', [file(['a'])]],
    ['a negative size', [file('a', -1)]],
    ['a size that is no number', [file('a', '1')]],
    ['a size beyond all numbers', [file('a', 2 ** 60)]],
    ['a digest that is none', [file('a', 1, '../../evil')]],
    ['the same file twice', [file('a'), file('a')]],
    ['a file inside another', [file('a/b'), file('a')]],
    ['null', [null]],
    ['no list', { length: 3 }],
  ])('with %s', (_, files) => {
    expect(() => read(files)).toThrow(/The pod's answer is not used/);
  });

  it.each([
    ['of another run', { run: '20261126-120000-000000' }],
    ['of another kind', { schema: 'x' }],
  ])('that is %s', (_, more) => {
    expect(() => read([], more)).toThrow(/not one of this run/);
  });

  it('that is not the one that was announced', () => {
    expect(() => readResults(Buffer.from('{}'), DIGEST, RUN)).toThrow(/not the one it announced/);
  });
});

describe('results are put', () => {
  it('below the folder of the run and into the store, and nothing over what is ours there', () => {
    const names = [
      ...['record.jsonl', 'executed.ipynb', 'target.json', 'bundle.json', 'local.json'].map(
        (name) => `.reprise/runs/${RUN}/${name}`,
      ),
      'study/model.bin',
    ];
    const to = placed(
      store,
      RUN,
      read([...names.map((name) => file(name)), file(`.reprise/objects/${DIGEST}`)]),
    );
    const run = store.runFolder(RUN);
    expect(to.map((each) => each.to)).toEqual([
      path.join(run, 'record.jsonl'),
      path.join(run, 'executed.ipynb'),
      path.join(run, 'files/study/model.bin'),
      store.objectPath(DIGEST),
    ]);
  });

  it.each([
    ['an object under another name', file(`.reprise/objects/${'b'.repeat(64)}`)],
    ['another run', file('.reprise/runs/20261126-120000-000000/record.jsonl')],
    ['a record that fills the memory', file(`.reprise/runs/${RUN}/record.jsonl`, 1 << 30)],
    ['more than the disk holds', file('a', 2 ** 52)],
  ])('not where there is %s', (_, each) => {
    expect(() => placed(store, RUN, read([each]))).toThrow(/not used|no room/);
  });
});

describe('a line of the log is no event', () => {
  it.each([
    ['numbers below 1', '{"n":0,"event":"started","run":"x"}'],
    ['numbers beyond reason', '{"n":9007199254740991,"event":"started","run":"x"}'],
    ['a number as text', '{"n":"1","event":"started","run":"x"}'],
    ['an unknown event', '{"n":1,"event":"rm"}'],
    [
      'fields of the wrong type',
      '{"n":1,"event":"cell-end","id":3,"index":"x","durationMs":null,"status":"ok"}',
    ],
    [
      'a list of results without a digest',
      '{"n":1,"event":"holding","manifest":{},"files":1,"bytes":1,"seconds":1}',
    ],
    ['a bundle of a size that is none', '{"n":1,"event":"wanting","have":0,"size":-1,"seconds":1}'],
    ['no JSON', '{"n":1,'],
    ['nesting without end', `{"n":1,"event":"started","run":${'['.repeat(400_000)}`],
  ])('with %s', (_, line) => {
    expect(readPodEvent(line)).toBeUndefined();
  });
});

it('takes what terminals obey out of texts, and what is nested too deep', () => {
  const depth = 10_000;
  const nested = '['.repeat(depth) + ']'.repeat(depth);
  const event = readPodEvent(
    `{"n":1,"event":"fault","where":"run","message":"a\\u001b[2J\\u0007b\\u009b1m\\rc","more":${nested}}`,
  );
  expect(event).toMatchObject({ message: 'a[2Jb1mc' });
  expect(JSON.stringify(event).length).toBeLessThan(200);
});

it('takes from a termination message digests, known words and plain text', () => {
  const said = {
    schema: 'reprise/end/1',
    run: RUN,
    exit: 0,
    status: 'fine',
    root: '../x',
    cells: 'ab',
    message: 'a\u001b[0m',
  };
  expect(readEndMessage(JSON.stringify(said))).toEqual({ run: RUN, exit: 0, cells: 'ab', message: 'a[0m' });
  expect(readEndMessage('{"schema":"reprise/end/1"')).toBeUndefined();
});

it('a file that is not sent is named on one line, without what a terminal would obey', () => {
  const [check] = notSent([{ path: 'a\u001b[2J\u202eb\nc.csv', why: 'too-big' }]);
  expect(check!.words).toBe('not sent: a [2J b c.csv (too big)');
});
