/** A run as a pod executes it, from the bundle that is sent to it: without Kubernetes, by the program that runs there. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRecord } from '../../src/lineage/read';
import type { RunRecord } from '../../src/lineage/record';
import { parseNotebook } from '../../src/notebook/model';
import { packBundle } from '../../src/replay/execution/archive';
import { writeBundle } from '../../src/replay/execution/bundle';
import { notebookInputs, recordedInputs } from '../../src/replay/execution/inputs';
import { documentOfRun, documentOrder } from '../../src/replay/execution/sources';
import { AGENT, PYTHON, Workplace } from './support';

let place: Workplace;
let pod: string;

beforeEach(() => {
  place = new Workplace();
  pod = mkdtempSync(path.join(tmpdir(), 'reprise-pod-'));
});

afterEach(() => {
  place.remove();
  rmSync(pod, { recursive: true });
});

const MODULES = {
  'study/helper.py': 'import random\ndef roll(): return random.random()\n',
  'study/cached.py': 'VALUE = 1\n',
  'study/pack/__init__.py': 'from .part import double\n',
  'study/pack/part.py': 'import common\ndef double(x): return 2 * x + common.ZERO\n',
  'common.py': 'ZERO = 0\n',
};
const CELLS = [
  "import sys\nsys.path.append('..')\nimport helper, cached\nfrom pack import double",
  'print(helper.roll(), cached.VALUE, double(21))',
  "with open('../data.csv') as file:\n    print(file.read())",
  "with open('out.txt', 'w') as file:\n    file.write('made')",
];

/** A recorded run of a notebook that imports modules beside it, one of them compiled by an earlier run. */
async function recorded(): Promise<RunRecord> {
  for (const [name, text] of Object.entries(MODULES)) place.write(name, text);
  place.write('data.csv', '1,2\n');
  place.write('.git/HEAD', '');
  const notebook = place.notebook('study/train.ipynb', CELLS);
  const warm = place.notebook('study/warm.ipynb', ['import cached']);
  for (const file of [warm, notebook]) {
    const ended = await place.execute('run', file);
    expect(ended.code, ended.stderr).toBe(0);
  }
  return place.record();
}

async function execute(files: readonly string[], record: RunRecord, run: string): Promise<number | null> {
  const { header } = record;
  const to = path.join(pod, 'bundle.tar.gz');
  const bundle = await packBundle(place.store, run, files, { to });
  const bytes = readFileSync(to);
  const given = path.join(pod, 'in');
  mkdirSync(given);
  mkdirSync(path.join(pod, 'work'));
  const { sha256, unpacked, inputs } = bundle;
  const asked = {
    schema: 'reprise/pod/1',
    run,
    bundle: { sha256, size: bytes.length, unpacked },
    inputs,
    environment: { check: 'refuse', python: header.environment.python.version, packages: header.environment.packages },
    holdSeconds: 0,
  }; // prettier-ignore
  writeFileSync(path.join(given, 'pod.json'), JSON.stringify(asked));
  const half = bytes.length >> 1;
  writeFileSync(path.join(given, 'bundle.tar.gz.000'), bytes.subarray(0, half));
  writeFileSync(path.join(given, 'bundle.tar.gz.001'), bytes.subarray(half));
  writeFileSync(path.join(given, 'agent.pyz'), readFileSync(AGENT));
  const home = path.join(pod, 'work', 'home');
  const child = spawn(PYTHON, ['-I', path.join(given, 'agent.pyz'), 'pod', given, path.join(pod, 'work')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, HOME: home, REPRISE_TERMINATION_LOG: path.join(pod, 'said') },
  });
  return new Promise((done) => child.once('exit', done));
}

function sent(record: RunRecord): string {
  const run = place.store.newRunId();
  writeBundle(place.store, {
    run,
    notebook: record.header.notebook,
    document: documentOfRun(place.store, record.header.run, record),
    order: documentOrder(record),
    policy: record.header.policy,
    seed: { value: record.header.seed.value, from: 'replayed' },
    entropy: record.header.entropy,
    rng: record.header.rng,
    strict: false,
    environment: record.header.environment.variables,
    allowErrors: false,
    detached: true,
    header: { replayOf: record.header.run },
  });
  return run;
}

function whatWasMade(run: string): RunRecord {
  return readRecord(path.join(pod, 'work', 'root', '.reprise', 'runs', run, 'record.jsonl'));
}

describe('a run in a pod', () => {
  it('has the results of the run here, from what its record says that it read', async () => {
    const record = await recorded();
    const { files, left } = recordedInputs(place.folder, record);
    expect(files).toEqual(['data.csv', ...Object.keys(MODULES)].sort());
    expect(left).toEqual([]);
    const run = sent(record);
    expect(await execute(files, record, run)).toBe(0);
    const made = whatWasMade(run);
    expect(made.broken).toBeNull();
    expect(made.summary?.results).toBe(record.summary?.results);
    expect(made.header.environment.variables).toEqual(record.header.environment.variables);
    const listed = JSON.parse(readFileSync(path.join(pod, 'work', 'results', 'manifest.json'), 'utf8')) as {
      files: { path: string }[];
    };
    expect(listed.files.map(({ path }) => path)).toContain('study/out.txt');
    expect(readdirSync(path.join(pod, 'work', 'home', '.cache', 'reprise', 'agent'))).toHaveLength(1);
  });

  it('has the same modules where nothing is recorded yet, and data that is asked for', async () => {
    const record = await recorded();
    const cells = parseNotebook(place.read('study/train.ipynb')).cells.map(({ source }) => source);
    const { files } = notebookInputs(place.folder, 'study/train.ipynb', cells, { globs: ['*.csv'] });
    expect(files).toEqual(recordedInputs(place.folder, record).files);
  });

  it('does not run without what it needs, and says what that is', async () => {
    const record = await recorded();
    const run = sent(record);
    expect(await execute(['data.csv'], record, run)).toBe(20);
    expect(JSON.parse(readFileSync(path.join(pod, 'said'), 'utf8'))).toMatchObject({
      exit: 20,
      status: 'error',
      first: { index: 0 },
    });
    expect(whatWasMade(run).cells[0]?.error?.ename).toBe('ModuleNotFoundError');
  });
});
