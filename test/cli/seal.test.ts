/** A result sealed on one clone and verified on another: the same, and what is said of everything that is not. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sealed } from '../../src/notebook/seal';
import type { Judgement } from '../../src/replay/documents';
import { type Ended, notebookText, PYTHON, stackTrace, Workplace } from './support';

const CELLS = [
  'import random\nimport pandas as pd\nfrom pathlib import Path\ndata = pd.read_csv("data/points.csv")',
  'noise = random.random()\nmean = data["y"].mean()',
  'print("mean", mean, "noise", noise)\ndata.describe()',
  'object()',
  'Path("result.txt").write_text(f"{mean + noise}\\n")',
  '# reprise: volatile clock\nimport time\nprint(time.time())',
];
const POINTS = 'x,y\n1,2.5\n2,3.5\n';

const first = new Workplace();
const places = [first];
let sidecar = '';

afterAll(() => places.forEach((place) => place.remove()));

beforeAll(async () => {
  first.notebook('study.ipynb', CELLS);
  first.write('data/points.csv', POINTS);
  const sealed = await first.start(['seal', 'study.ipynb', '--python', PYTHON]).ended;
  expect([sealed.code, sealed.stdout + sealed.stderr]).toEqual([
    0,
    expect.stringContaining('study.ipynb is sealed: 6 cells') as string,
  ]);
  expect(sealed.stdout).toContain('Sealed as volatile, their output not judged: cells 5.');
  expect(sealed.stdout).toContain('Sealed as unpinned');
  sidecar = first.read('study.repro.json');
});

/** What git gives of the first place to somebody else: notebook, data and sidecar, somewhere else. */
function clone(files: { notebook?: string; data?: string; sidecar?: string } = {}): Workplace {
  const place = new Workplace();
  places.push(place);
  place.write('study.ipynb', files.notebook ?? first.read('study.ipynb'));
  place.write('data/points.csv', files.data ?? POINTS);
  place.write('study.repro.json', files.sidecar ?? sidecar);
  return place;
}

/** By another user, with another home. */
function verify(place: Workplace, ...args: string[]): Promise<Ended> {
  const home = path.join(place.folder, 'home of somebody');
  mkdirSync(home, { recursive: true });
  const env = { HOME: home, USER: 'somebody', LOGNAME: 'somebody' };
  return place.start(['verify', 'study.ipynb', '--python', PYTHON, ...args], { env }).ended;
}

async function judged(place: Workplace, ...args: string[]): Promise<Judgement> {
  return JSON.parse((await verify(place, '--format', 'json', ...args)).stdout) as Judgement;
}

describe('a sealed notebook', () => {
  it('is the same on another clone, by another user, and says what was compared', async () => {
    const place = clone();
    const ended = await verify(place, '--times', '2');
    expect([ended.code, stackTrace(ended)]).toEqual([0, undefined]);
    expect(ended.stdout).toMatch(
      /^Same apart from addresses in 2 of 2 runs, against the seal; 4 outputs, 1 file/m,
    );
    expect(ended.stdout).toContain('policy and entropy of its seal');
    const judgement = await judged(place);
    expect(judgement).toMatchObject({ verdict: 'canonical', original: 'study.repro.json', environment: [] });
    expect(judgement.cells.map(({ verdict }) => verdict)).toEqual(['identical', 'identical', 'identical', 'canonical', 'identical', 'identical']); // prettier-ignore
    expect(place.read('study.repro.json')).toBe(sidecar);
  });

  it('is the same where its outputs were stripped, or were never saved', async () => {
    const outputs = [{ output_type: 'stream', name: 'stdout', text: 'something else' }];
    const cells = CELLS.map((source) => ({
      cell_type: 'code',
      metadata: {},
      source,
      outputs,
      execution_count: 3,
    }));
    expect((await verify(clone({ notebook: notebookText(cells.map((cell, i) => ({ ...cell, id: `c${i}` }))) }))).code).toBe(0); // prettier-ignore
  });

  it('that was edited is said to have changed since', async () => {
    const notebook = notebookText(CELLS.with(1, CELLS[1]!.replace('random.random()', 'random.random() + 1')));
    const ended = await verify(clone({ notebook }));
    expect([ended.code, stackTrace(ended)]).toEqual([1, undefined]);
    expect(ended.stdout).toContain('Sealed, but changed since: cell 1 is not what was sealed');
    expect(ended.stdout).toContain('Different from cell 1');
    expect(ended.stdout).toContain('Cell 1 was changed since the notebook was sealed.');
    expect(ended.stdout).toContain(
      'which cell 1 wrote, may already have differed when cell 2 read it (so did `noise`)',
    );
  });

  it('whose edit changes no result cannot be told to be what was sealed', async () => {
    const ended = await verify(clone({ notebook: notebookText(CELLS.with(1, `${CELLS[1]!}  # twice`)) }));
    expect([ended.code, ended.stdout]).toEqual([4, expect.stringContaining('Cannot tell from cell 1')]);
  });

  it('whose data changed by one byte says which file, and where the numbers come from', async () => {
    const ended = await verify(clone({ data: POINTS.replace('3.5', '3.6') }));
    expect([ended.code, stackTrace(ended)]).toEqual([1, undefined]);
    expect(ended.stdout).toContain('Different from cell 0');
    expect(ended.stdout).toContain('`data/points.csv`, which cell 0 reads, is not what was sealed.');
    expect(ended.stdout).toMatch(/sealed numbers differ; the first: 3\.0, as sealed, became 3\.05/);
  });

  it('whose seal was edited is different in that cell', async () => {
    const number = await verify(clone({ sidecar: sidecar.replace('"numbers":["3.0"', '"numbers":["3.1"') }));
    expect([number.code, number.stdout]).toEqual([1, expect.stringContaining('Different from cell 2')]);
    expect(number.stdout).toContain('the seal was edited');
    expect(number.stdout).toContain('it says 3.1 where this output says 3.0');
    const digest = sidecar.replace(/("id":"c4".*?"raw":")(.)/, (_, before: string, digit: string) => before + (digit === '0' ? '1' : '0')); // prettier-ignore
    const edited = await verify(clone({ sidecar: digest }));
    expect([edited.code, edited.stdout]).toEqual([1, expect.stringContaining('Different from cell 4')]);
  });

  it('with the marks of a merge conflict is to be sealed again', async () => {
    const conflict = sidecar.replace(/\n( +\{"index":2)/, '\n<<<<<<< HEAD\n$1');
    const ended = await verify(clone({ sidecar: conflict }));
    expect([ended.code, ended.stderr]).toEqual([
      2,
      expect.stringMatching(/merge conflict.*seal the notebook again/),
    ]);
  });

  it('takes no other entropy, and goes by its seal only where that is asked for or there', async () => {
    const place = clone();
    const seeded = await verify(place, '--seed', '7');
    expect([seeded.code, seeded.stderr]).toEqual([
      2,
      expect.stringContaining('sealed with entropy of its own'),
    ]);
    expect(await judged(place, '--against', 'fresh')).toMatchObject({ verdict: 'canonical', original: expect.stringMatching(/^\d{8}-/) as string }); // prettier-ignore
    const unsealed = clone({ sidecar: '{"schema":"reprise/notebook/1"}' });
    const none = await verify(unsealed, '--against', 'seal');
    expect([none.code, none.stderr]).toEqual([4, expect.stringContaining('has no seal to verify against')]);
  });
});

describe('sealing', () => {
  it('holds no time, host, user or path, and is the same bytes when it is done again', async () => {
    const { seal } = JSON.parse(sidecar) as { seal: Sealed };
    expect(sidecar).not.toContain(first.folder);
    expect(sidecar).not.toMatch(/\d{8}-\d{6}|\d{4}-\d\d-\d\d|\/home\/|\/root/);
    expect(seal.cells.map(({ files = [] }) => files.map(({ path: file, mode }) => `${mode} ${file}`))).toEqual([['read data/points.csv'], [], [], [], ['write result.txt'], []]); // prettier-ignore
    const known = await first.start(['seal', 'study.ipynb', '--python', PYTHON, '--format', 'json']).ended;
    expect(JSON.parse(known.stdout)).toMatchObject({ schema: 'reprise/seal/0', known: true, pin: 'unpinned', cells: 6 }); // prettier-ignore
    expect(first.read('study.repro.json')).toBe(sidecar);
    const place = clone();
    const again = await place.start(['seal', 'study.ipynb', '--python', PYTHON, '--format', 'json']).ended;
    expect(JSON.parse(again.stdout)).toMatchObject({ known: false, verdict: 'canonical' });
    expect(place.read('study.repro.json')).toBe(sidecar);
    place.write('data/points.csv', POINTS.replace('3.5', '4.5'));
    const other = await place.start(['seal', 'study.ipynb', '--python', PYTHON, '--format', 'json']).ended;
    expect(JSON.parse(other.stdout)).toMatchObject({ known: false });
    const changed = place.read('study.repro.json').split('\n');
    const lines = sidecar.split('\n').filter((line, i) => line !== changed[i]);
    expect(lines.flatMap((line) => /"id":"(\w+)"/.exec(line)?.[1] ?? '')).toEqual(['c0', 'c2', 'c4']);
  });

  it('refuses a result that does not repeat, and writes nothing', async () => {
    const place = new Workplace();
    places.push(place);
    place.notebook('other.ipynb', ['import os\nprint(os.urandom(4).hex())']);
    const ended = await place.start(['seal', 'other.ipynb', '--python', PYTHON]).ended;
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringContaining('Not sealed: only a result that repeats is. Nothing was written')]); // prettier-ignore
    expect(() => place.read('other.repro.json')).toThrow(/ENOENT/);
  });

  it('takes an error only where errors are allowed, and verifies with it then', async () => {
    const place = new Workplace();
    places.push(place);
    place.notebook('fails.ipynb', ['print(1)', '1 / 0', 'print(2)']);
    const refused = await place.start(['seal', 'fails.ipynb', '--python', PYTHON]).ended;
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Not sealed')]);
    const sealed = await place.start(['seal', 'fails.ipynb', '--python', PYTHON, '--allow-errors']).ended;
    expect(sealed.code).toBe(0);
    const verified = await place.start(['verify', 'fails.ipynb', '--python', PYTHON]).ended;
    expect([verified.code, verified.stderr + verified.stdout]).toEqual([0, expect.stringContaining('Same')]);
  });

  it('of 100 cells takes at most 80 kB', async () => {
    const place = new Workplace();
    places.push(place);
    const cells = Array.from({ length: 100 }, (_, i) => `import random\nprint([random.random() for _ in range(${10 + i})])`); // prettier-ignore
    place.notebook('long.ipynb', cells);
    const sealed = await place.start(['seal', 'long.ipynb', '--python', PYTHON, '--format', 'json']).ended;
    const { bytes, cells: count } = JSON.parse(sealed.stdout) as { bytes: number; cells: number };
    expect(count).toBe(100);
    expect(bytes).toBeLessThanOrEqual(80_000);
    expect(bytes).toBe(readFileSync(place.path('long.repro.json')).byteLength);
  });
});

describe('a pinned notebook', () => {
  const place = new Workplace();
  places.push(place);
  const other = realpathSync(mkdtempSync(path.join(tmpdir(), 'reprise-env-')));
  afterAll(() => rmSync(other, { recursive: true, force: true }));

  beforeAll(async () => {
    place.notebook('pinned.ipynb', ['import dateutil\nprint(dateutil.__version__)']);
    place.write('requirements.txt', 'ipykernel==7.4.0\npython-dateutil==2.9.0.post0\n');
    const pinned = await place.start([
      'pin',
      'pinned.ipynb',
      '--python',
      PYTHON,
      '--from',
      'requirements.txt',
    ]).ended;
    expect([pinned.code, pinned.code === 0 ? '' : pinned.stderr]).toEqual([0, '']);
    const sealed = await place.start(['seal', 'pinned.ipynb', '--format', 'json']).ended;
    expect(JSON.parse(sealed.stdout)).toMatchObject({ verdict: 'identical', pin: expect.stringMatching(/^[0-9a-f]{64}$/) as string }); // prettier-ignore
  });

  /** A copy of the pinned environment in which one package is newer. */
  async function upgraded(): Promise<string> {
    const { stdout } = await place.start(['restore', 'pinned.ipynb', '--format', 'json']).ended;
    const { python } = JSON.parse(stdout) as { python: string };
    const made = spawnSync(python, ['-m', 'venv', '--without-pip', other], { encoding: 'utf8' });
    expect(made.status, made.stderr).toBe(0);
    const [site, from] = [path.join(other, 'bin', 'python'), python].map((program) => spawnSync(program, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'], { encoding: 'utf8' }).stdout.trim()); // prettier-ignore
    cpSync(from!, site!, { recursive: true, dereference: true });
    const [old, present] = ['2.9.0.post0', '2.9.1'].map((v) =>
      path.join(site!, `python_dateutil-${v}.dist-info`),
    );
    renameSync(old!, present!);
    rewrite(path.join(present!, 'METADATA'), (text) => text.replace(/^Version: .*$/m, 'Version: 2.9.1'));
    rewrite(path.join(site!, 'dateutil', '_version.py'), () => "__version__ = version = '2.9.1'\n");
    return path.join(other, 'bin', 'python');
  }

  /** A copy keeps the mode of what may not be written. */
  function rewrite(file: string, change: (text: string) => string): void {
    const text = change(readFileSync(file, 'utf8'));
    rmSync(file);
    writeFileSync(file, text);
  }

  it('is verified in its pin, which needs no --python; another package is named as the cause', async () => {
    const same = await place.start(['verify', 'pinned.ipynb']).ended;
    expect([same.code, same.stdout]).toEqual([0, expect.stringContaining('Same in 1 of 1 run')]);
    const python = await upgraded();
    const differs = await place.start(['verify', 'pinned.ipynb', '--python', python]).ended;
    expect([differs.code, stackTrace(differs)]).toEqual([1, undefined]);
    expect(differs.stdout).toContain('Different from cell 0');
    expect(differs.stdout).toContain('`python-dateutil` 2.9.0.post0 became 2.9.1');
    const before = place.read('pinned.repro.json');
    const refused = await place.start(['seal', 'pinned.ipynb', '--python', python]).ended;
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringMatching(/python-dateutil 2\.9\.0\.post0 → 2\.9\.1.*nothing was sealed/)]); // prettier-ignore
    expect(place.read('pinned.repro.json')).toBe(before);
  });
});
