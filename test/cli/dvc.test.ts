/** Data that a real DVC tracks: which version a run read, and what is said when it has another. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import { readRecord } from '../../src/lineage/read';
import { Workplace } from './support';

const execute = promisify(execFile);
const place = new Workplace();
let dvc: string;

/** The first time the environment is installed. */
beforeAll(async () => {
  const script = path.resolve(__dirname, '../../scripts/python-env.mjs');
  const { stdout } = await execute(process.execPath, [script, 'dvc-311']);
  dvc = path.join(path.dirname(stdout.trim().split('\n').at(-1)!), 'dvc');
  await execute('git', ['init', '-q'], { cwd: place.folder });
  await tracked('init', '-q');
  place.write('rows.csv', '1\n2\n');
  mkdirSync(place.path('images'));
  for (const name of ['a', 'b']) place.write(`images/${name}.txt`, name);
  await tracked('add', '-q', 'rows.csv', 'images');
  const command = "mkdir -p prepared && sort -r rows.csv > 'prepared/sorted rows.csv'";
  await tracked('stage', 'add', '-q', '-n', 'prepare', '-d', 'rows.csv', '-o', 'prepared', command);
  await tracked('repro', '-q');
}, 600_000);
afterAll(() => place.remove());

async function tracked(...args: string[]): Promise<void> {
  const env = { ...process.env, DVC_NO_ANALYTICS: '1', DVC_GLOBAL_CONFIG_DIR: place.path('home') };
  await execute(dvc, args, { cwd: place.folder, env });
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

it('is recorded by the md5 that DVC has of the file, or of the folder around it', async () => {
  place.notebook('study.ipynb', [
    "rows = open('rows.csv').read()",
    "prepared = open('prepared/sorted rows.csv').read()",
    "images = [open(f'images/{name}.txt').read() for name in 'ab']",
    'print(rows)',
  ]);
  expect((await place.execute('run', 'study.ipynb')).code).toBe(0);
  const { cells } = readRecord(place.store.recordPath(place.store.runIds()[0]!));
  const listed = (...files: [name: string, text: string][]): string =>
    `${md5(`[${files.map(([name, text]) => `{"md5": "${md5(text)}", "relpath": "${name}"}`).join(', ')}]`)}.dir`;
  expect(cells.map(({ data }) => data ?? [])).toMatchObject([
    [{ kind: 'dvc', name: 'rows.csv', version: { md5: md5('1\n2\n') } }],
    [{ kind: 'dvc', name: 'prepared', version: { md5: listed(['sorted rows.csv', '2\n1\n']) } }],
    [{ kind: 'dvc', name: 'images', version: { md5: listed(['a.txt', 'a'], ['b.txt', 'b']) } }],
    [],
  ]);
});

it('is named as the cause where another version is checked out', async () => {
  place.write('rows.csv', '1\n3\n');
  await tracked('add', '-q', 'rows.csv');
  const replayed = await place.execute('replay', place.store.runIds()[0]!, '--format', 'json');
  expect(replayed.code).toBe(1);
  const { causes } = JSON.parse(replayed.stdout) as Judgement;
  expect(causes[0]).toMatchObject({ kind: 'data-drift', confidence: 'certain' });
  expect(causes[0]!.evidence).toContainEqual({
    what: 'md5 that DVC has of rows.csv',
    before: md5('1\n2\n'),
    after: md5('1\n3\n'),
    where: { cell: 0 },
  });
});
