import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { crateOf, type MadeCrate, writeCrate } from '../../../src/cli/exchange/crate';
import type { Crate, Entity } from '../../../src/exchange/rocrate';
import { readRecord } from '../../../src/lineage/read';
import type { Store } from '../../../src/lineage/store';
import { official, officialPython } from '../../official';
import { temporaryFolder, temporaryStore } from '../lineage/build';
import { type CellSpec, read, type RunSpec, sha, wrote } from '../replay/build';
import { EVIL, FETCHED, HOSTILE, judged, keepRun, RUN, STUDY } from './runs';

let store: Store;
beforeAll(() => void officialPython(), 180_000);
beforeEach(() => (store = temporaryStore()));

function crate(cells: CellSpec[], spec: RunSpec = {}): MadeCrate {
  keepRun(store, RUN, cells, spec);
  const record = readRecord(store.recordPath(RUN));
  return crateOf(store, { record, judgement: judged(cells), title: ({ index }) => cells[index]?.code ?? '' });
}

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(store.root, name)), { recursive: true });
  writeFileSync(path.join(store.root, name), text);
}

const metadataOf = ({ files }: MadeCrate): Crate =>
  JSON.parse(Buffer.from(files[0]!.bytes).toString()) as Crate;
const entity = (made: MadeCrate, id: string): Entity =>
  metadataOf(made)['@graph'].find((each) => each['@id'] === id)!;
const names = ({ files }: MadeCrate): string[] => files.map((file) => file.path);

describe('a run as an RO-Crate', () => {
  it('has all that Process, Workflow and Provenance Run Crate require, also where the notebook means harm', () => {
    write('rows.csv', 'a\n1\n');
    write('out/table.csv', 'table');
    const [good, fetched, evil, broken] = ['good', 'fetched', 'evil', 'broken'].map((name) =>
      path.join(temporaryFolder(), name),
    );
    writeCrate(good!, crate(STUDY));
    writeCrate(broken!, crate(STUDY));
    const file = path.join(broken!, 'ro-crate-metadata.json');
    const metadata = JSON.parse(readFileSync(file, 'utf8')) as Crate;
    delete metadata['@graph'].find((each) => each['@id'] === '#execution-1')!['instrument'];
    writeFileSync(file, JSON.stringify(metadata));
    writeCrate(fetched!, crate(FETCHED));
    writeCrate(evil!, crate(HOSTILE, { header: { notebook: `../../${EVIL}` } }));
    const [lacks, ...none] = official<string[][]>('ro-crate', broken!, good!, fetched!, evil!);
    expect(none).toEqual([[], [], []]);
    expect(lacks!.join('\n')).toContain('instrument property');
  }, 300_000);

  it('holds no file that leads elsewhere', () => {
    const made = crate(HOSTILE, { header: { notebook: `../../${EVIL}` } });
    expect(names(made)).toEqual([
      'ro-crate-metadata.json',
      'notebook.ipynb',
      'run/record.jsonl',
      'run/verdict.json',
    ]);
    expect(made.absent).toHaveLength(2);
  });

  it('leads from the data over the cells to the results', () => {
    write('rows.csv', 'a\n1\n');
    write('out/table.csv', 'table');
    const made = crate(STUDY);
    expect(names(made)).toContain('data/rows.csv');
    expect(entity(made, 'data/rows.csv')).toMatchObject({ sha256: sha('a\n1\n'), contentSize: '4' });
    expect(entity(made, '#execution-0')).toMatchObject({ object: [{ '@id': 'data/rows.csv' }] });
    expect(entity(made, '#execution-2')).toMatchObject({
      instrument: { '@id': '#cell-id2' },
      result: [{ '@id': 'data/out/table.csv' }],
    });
    expect(entity(made, '#run')['object']).toEqual([{ '@id': 'data/rows.csv' }]);
    expect(entity(made, '#run')['result']).toContainEqual({ '@id': 'data/out/table.csv' });
    expect(entity(made, './')['description']).toContain('Trust: replayed by the author');
    expect(entity(made, '#orchestration')['object']).toHaveLength(STUDY.length);
  });

  it('tells of data from elsewhere by its version', () => {
    const made = crate(FETCHED);
    expect(entity(made, '#run')['object']).toEqual([{ '@id': '#data_0' }, { '@id': '#data_1' }]);
    expect(entity(made, '#data_0')).toMatchObject({
      name: 'https://data.example/a.csv',
      url: 'https://data.example/a.csv',
      version: 'ETag "v1", Last-Modified Thu',
    });
    expect(entity(made, '#data_1')).toMatchObject({
      name: 'postgresql://db.example/study: select n from t',
      version: `number of rows 3, sha256 of the rows ${sha('rows')}`,
    });
  });

  it('names by digest what changed since, and what lies behind a link out of the root', () => {
    write('rows.csv', 'another');
    const elsewhere = path.join(temporaryFolder(), 'table.csv');
    writeFileSync(elsewhere, 'table');
    mkdirSync(path.join(store.root, 'out'));
    symlinkSync(elsewhere, path.join(store.root, 'out', 'table.csv'));
    const made = crate(STUDY);
    expect(made.absent).toEqual(['rows.csv', 'out/table.csv']);
    expect(names(made).filter((name) => name.startsWith('data/'))).toEqual([]);
    expect(entity(made, '#file_0')).toMatchObject({ name: 'rows.csv', sha256: sha('a\n1\n') });
  });

  it('takes every state of a file that was kept', () => {
    store.putObject(Buffer.from('first'));
    write('state', 'second');
    const made = crate([
      { code: 'a', files: [read('state', 'first')] },
      { code: 'b', files: [wrote('state', 'second')] },
    ]);
    expect(names(made).filter((name) => name.startsWith('data/'))).toEqual([
      'data/state',
      'data/.versions/2/state',
    ]);
  });

  it('is the same zip each time, and is not mixed with what is there', () => {
    const made = crate(STUDY);
    const folder = temporaryFolder();
    const [first, second] = ['a.zip', 'b.zip'].map((name) => path.join(folder, name));
    writeCrate(first!, made);
    writeCrate(second!, made);
    expect(readFileSync(first!).equals(readFileSync(second!))).toBe(true);
    expect(Object.keys(unzipSync(readFileSync(first!)))).toEqual(names(made));
    expect(() => writeCrate(folder, made)).toThrow(/not empty/);
    expect(readdirSync(folder)).toEqual(['a.zip', 'b.zip']);
  });

  it('cannot be made of a run in which nothing ran', () => {
    expect(() => crate([{ skipped: true }])).toThrow(/nothing that a crate could tell/);
  });
});
