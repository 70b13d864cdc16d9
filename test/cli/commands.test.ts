/** Exit codes, documents and texts of the commands, on notebooks that are really run. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Judgement, Run } from '../../src/replay/documents';
import { document, expectToFit } from '../documents';
import { type Ended, notebookText, PYTHON, Workplace } from './support';

const SAME = ['import random\nnumber = random.random()', 'print(number)'];
const UNREACHED = ['same = 1', 'import os\nprint(os.urandom(8).hex())'];

const workplace = new Workplace();

async function run(notebook: string, ...args: string[]): Promise<Run> {
  return document<Run>(await workplace.execute('run', notebook, '--format', 'json', ...args), 'run-1');
}

function outputText(notebook: string, cell: number): string {
  const { cells } = JSON.parse(readFileSync(notebook, 'utf8')) as {
    cells: { outputs: { text: string | string[] }[] }[];
  };
  return cells[cell]!.outputs.map(({ text }) => [text].flat().join('')).join('');
}

afterAll(() => workplace.remove());

describe('a notebook that repeats', () => {
  let notebook: string;
  let first: Run;

  beforeAll(async () => {
    notebook = workplace.notebook('same.ipynb', SAME);
    first = await run(notebook);
  });

  it('is run with one reprise/run/1 document, and a record whose every line has its schema', () => {
    expect(first).toMatchObject({
      notebook: 'same.ipynb',
      status: 'ok',
      policy: 'close',
      seed: { from: 'fresh' },
    });
    expect(first.seed.value).toMatch(/^[0-9a-f]{32}$/);
    expect(first.cells.map(({ status, entropy }) => [status, entropy])).toEqual([
      ['ok', [{ source: 'python.random', reach: 'enforced', count: 1, at: { cell: 0, line: 2 } }]],
      ['ok', []],
    ]);
    expect(existsSync(workplace.path(first.executed))).toBe(true);
    const lines = workplace.read(`${first.record}/record.jsonl`).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expectToFit('record-1', JSON.parse(line));
  });

  it('leaves the notebook alone', () => {
    expect(readFileSync(notebook, 'utf8')).toBe(notebookText(SAME));
  });

  it('is replayed by run id, and by name though it changed since: Same, exit 0', async () => {
    const byId = await workplace.execute('replay', first.run, '--format', 'json');
    expect(byId.code).toBe(0);
    const judgement = document<Judgement>(byId, 'verdict-1');
    expect(judgement).toMatchObject({
      verdict: 'identical',
      original: first.run,
      firstDivergence: null,
      causes: [],
    });
    expect(judgement.covered).toMatchObject({ outputs: 1, files: 0, runs: 1 });

    workplace.notebook('same.ipynb', [...SAME, 'print("new")']);
    const byName = await workplace.execute('replay', notebook);
    workplace.notebook('same.ipynb', SAME);
    expect(byName.code).toBe(0);
    expect(byName.stdout).toContain('The notebook changed since that run');
    expect(byName.stdout).toMatch(/^Same in 1 of 1 run; 1 output, 0 files, \d of \d variables compared$/m);
  });

  it('is compared and explained: nothing to explain, exit 0', async () => {
    const [replay] = (await workplace.runs()).filter(({ replayOf }) => replayOf === first.run);
    const compared = await workplace.reprise('compare', first.run, replay!.run, '--format', 'json');
    expect(compared.code).toBe(0);
    expect(document<Judgement>(compared, 'verdict-1').verdict).toBe('identical');
    const explained = await workplace.reprise('explain', replay!.run);
    expect(explained).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing to explain') as string,
    });
  });

  it('compares executed notebooks too', async () => {
    const [a, b] = [workplace.path(first.executed), workplace.path('copy.ipynb')];
    workplace.write('copy.ipynb', readFileSync(a, 'utf8'));
    expect((await workplace.reprise('compare', a, b)).code).toBe(0);
    workplace.write('copy.ipynb', readFileSync(a, 'utf8').replace('"0.', '"1.'));
    const changed = await workplace.reprise('compare', a, b, '--format', 'json');
    expect(changed.code).toBe(1);
    expect(document<Judgement>(changed, 'verdict-1').firstDivergence).toEqual({ index: 1, id: 'c1' });
  });

  it('has the same results each time under an integer seed, from the option or the sidecar', async () => {
    const a = await run(notebook, '--seed', '7');
    workplace.write(
      'same.repro.json',
      '{"schema":"reprise/notebook/1","settings":{"seed":7,"policy":"close"}}',
    );
    const b = await run(notebook);
    workplace.write('same.repro.json', '{"schema":"reprise/notebook/1","settings":{}}');
    expect([a.seed, b.seed]).toEqual([
      { value: '7', from: 'option' },
      { value: '7', from: 'notebook' },
    ]);
    expect(b.results).toBe(a.results);
    expect(first.results).not.toBe(a.results);
  });

  it('names first, of two runs that each drew their own entropy, that they did, and what to do instead', async () => {
    const other = await run(notebook);
    const compared = await workplace.reprise('compare', first.run, other.run, '--format', 'json');
    expect(compared.code).toBe(1);
    const [cause] = document<Judgement>(compared, 'verdict-1').causes;
    expect(cause).toMatchObject({ kind: 'unseeded-entropy', confidence: 'certain' });
    expect(cause!.evidence[0]).toEqual({
      what: 'entropy of the run',
      before: first.seed.value,
      after: other.seed.value,
    });
    const { stdout } = await workplace.reprise('compare', first.run, other.run);
    const [why, , , todo] = stdout.slice(stdout.indexOf('why')).split('\n');
    expect(why).toMatch(/^why {3}The two runs began from different entropy, and .* \(certain\)$/);
    expect(todo).toContain('Replay one of the runs (`reprise replay RUN`)');
    expect(todo).toContain('--seed');
  });
});

describe('a notebook that cannot repeat', () => {
  let verified: Ended;

  beforeAll(async () => {
    const notebook = workplace.notebook('unreached.ipynb', UNREACHED);
    verified = await workplace.execute('verify', notebook, '--times', '2', '--format', 'json');
  });

  it('is Different from the first cell that differs, with its cause and line: exit 1', () => {
    expect(verified.code).toBe(1);
    const judgement = document<Judgement>(verified, 'verdict-1');
    expect(judgement).toMatchObject({
      verdict: 'different',
      firstDivergence: { index: 1, id: 'c1' },
      covered: { runs: 2 },
    });
    expect(judgement.replays).toHaveLength(2);
    expect(judgement.causes[0]).toMatchObject({ kind: 'unseeded-entropy' });
    expect(judgement.causes[0]!.evidence[0]!.where).toMatchObject({ cell: 1, line: 2 });
  });

  it('is explained, in text and as a document: exit 1', async () => {
    const replay = document<Judgement>(verified).replays.at(-1)!;
    const text = await workplace.reprise('explain', replay);
    expect(text.code).toBe(1);
    expect(text.stdout).toContain('cell 1');
    expect(text.stdout).toContain('os.urandom');
    const json = await workplace.reprise('explain', replay, '--format', 'json');
    expect(json.code).toBe(1);
    expect(document(json)).toMatchObject({
      schema: 'reprise/explain/0',
      verdict: 'different',
      causes: [{ kind: 'unseeded-entropy' }],
    });
  });

  it('repeats once the entropy of the operating system is enforced: exit 0', async () => {
    const { code } = await workplace.execute('verify', 'unreached.ipynb', '--enforce-os-entropy');
    expect(code).toBe(0);
  });
});

describe('several notebooks', () => {
  it('are one reprise/verdicts/1 document, and the worst exit code', async () => {
    workplace.notebook('empty.ipynb', ['']);
    const notebooks = [workplace.path('unreached.ipynb'), 'empty.ipynb'] as const;
    const ended = await workplace.execute('verify', ...notebooks, '--format', 'json');
    const { judgements } = document<{ judgements: Judgement[] }>(ended, 'verdicts-1');
    expect(judgements.map(({ notebook, verdict }) => [notebook, verdict])).toEqual([
      ['unreached.ipynb', 'different'],
      ['empty.ipynb', 'unverifiable'],
    ]);
    expect(ended.code).toBe(4);
  });
});

describe('a cell that raises', () => {
  const FAILING = ['print("before")', 'raise ValueError("no good")', 'print("after")'];

  it('ends the run: exit 1, and the cells after it are skipped', async () => {
    workplace.notebook('failing.ipynb', FAILING);
    const ended = await workplace.execute('run', 'failing.ipynb', '--format', 'json');
    expect(ended.code).toBe(1);
    const { status, cells } = document<Run>(ended, 'run-1');
    expect([status, ...cells.map((cell) => cell.status)]).toEqual(['error', 'ok', 'error', 'skipped']);
    expect(ended.stderr).toContain('cell 1 raised ValueError');
  });

  it('fails a replay even when it repeats, and the text says that it repeats', async () => {
    const { code, stdout } = await workplace.execute('replay', 'failing.ipynb');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Same/m);
    expect(stdout).toContain('Cell 1 raised ValueError. It repeats');
  });

  it('is passed over with --allow-errors: exit 0 of run and replay', async () => {
    const ended = await workplace.execute('run', 'failing.ipynb', '--allow-errors', '--format', 'json');
    expect(ended.code).toBe(0);
    const { run, status, cells } = document<Run>(ended, 'run-1');
    expect([status, ...cells.map((cell) => cell.status)]).toEqual(['ok', 'ok', 'error', 'ok']);
    expect((await workplace.execute('replay', run, '--allow-errors')).code).toBe(0);
  });

  it('is passed over where it is tagged raises-exception: exit 0 of verify', async () => {
    const tagged = { source: FAILING[1]!, metadata: { tags: ['raises-exception'] } };
    workplace.notebook('tagged.ipynb', [FAILING[0]!, tagged, FAILING[2]!]);
    expect((await workplace.execute('verify', 'tagged.ipynb')).code).toBe(0);
  });
});

describe('options of run', () => {
  it('-p puts values into a cell after the one tagged parameters; replay has them again', async () => {
    const defaults = { source: 'rate = 1\nname = "x"\ndeep = False', metadata: { tags: ['parameters'] } };
    const notebook = workplace.notebook('parameters.ipynb', [
      defaults,
      'print(repr(rate), repr(name), repr(deep))',
    ]);
    const parameters = ['-p', 'rate=0.50', '-p', 'name=it\'s "so" é', '-p', 'deep=true'];
    const { executed, run: id } = await run(notebook, ...parameters);
    expect(outputText(workplace.path(executed), 2)).toBe(`0.5 'it\\'s "so" é' True\n`);
    expect((await workplace.execute('replay', id)).code).toBe(0);
  });

  it('-p without a tagged cell, or without a value, is a usage error: exit 2, nothing runs', async () => {
    const before = workplace.store.runIds().length;
    for (const parameter of ['rate=2', 'rate']) {
      const { code, stderr } = await workplace.execute('run', 'same.ipynb', '-p', parameter);
      expect(code).toBe(2);
      expect(stderr).toMatch(/No cell is tagged "parameters"|written name=value/);
    }
    expect(workplace.store.runIds()).toHaveLength(before);
  });

  it('--out writes the executed copy there, --in-place into the notebook itself', async () => {
    const notebook = workplace.notebook('places.ipynb', ['print(6 * 7)']);
    await run(notebook, '--out', 'elsewhere.ipynb', '--in-place');
    expect(outputText(workplace.path('elsewhere.ipynb'), 0)).toBe('42\n');
    expect(outputText(notebook, 0)).toBe('42\n');
    const against = await workplace.execute('verify', notebook, '--against', 'outputs');
    expect([against.code, against.stdout]).toEqual([0, expect.stringMatching(/^Same/m)]);
  });
});

describe('what a command prints', () => {
  it('begins its help with an example', async () => {
    const commands = ['run', 'replay', 'verify', 'compare', 'explain', 'runs', 'gc', 'kernel', 'doctor'];
    for (const command of commands) {
      const { code, stdout } = await workplace.reprise(command, '--help');
      expect([code, stdout.split('\n')[0]]).toEqual([
        0,
        expect.stringMatching(`^Example: reprise ${command}( |$)`),
      ]);
    }
  });

  it('holds no colour where stdout is no terminal, or with NO_COLOR', async () => {
    for (const env of [{}, { NO_COLOR: '1' }]) {
      const { stdout, stderr } = await workplace.start(['runs'], { env: { NO_COLOR: undefined, ...env } })
        .ended;
      expect(stdout).toContain('same.ipynb');
      expect(stdout + stderr).not.toContain('\x1b');
    }
  });

  it('has progress as one JSON object a line on stderr when asked', async () => {
    const { stdout, stderr } = await workplace.execute(
      'run',
      'places.ipynb',
      '--format',
      'json',
      '--progress',
      'ndjson',
    );
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual(['started', 'environment', 'cell-start', 'cell-end', 'end']);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'reprise/run/1' });
  });

  it('is a usage error for what it does not know: exit 2', async () => {
    for (const args of [
      ['nonsense'],
      ['run'],
      ['run', 'none.ipynb'],
      ['replay', '20200101-000000-abcdef'],
      ['verify', 'same.ipynb', '--policy', 'lax'],
      ['verify', 'same.ipynb', '--times', '0'],
    ]) {
      expect([args, (await workplace.reprise(...args)).code]).toEqual([args, 2]);
    }
  });
});

describe('runs and gc', () => {
  it('list what is recorded, newest first, with what each is a replay of', async () => {
    const runs = await workplace.runs();
    const seconds = runs.map((listed) => listed.run.slice(0, 15));
    expect(seconds).toEqual([...seconds].sort().reverse());
    const { stdout } = await workplace.reprise('runs', '--notebook', 'unreached.ipynb');
    expect(stdout).toMatch(/replay of \d{8}-\d{6}-[0-9a-f]{6}: Different/);
    expect(stdout).not.toContain('same.ipynb');
  });

  it('gc removes nothing until it is told to, and then what it said', async () => {
    const before = workplace.store.runIds();
    const prune = ['gc', '--keep', '1', '--older-than', '0', '--format', 'json'];
    const planned = document<{ applied: boolean; runs: { run: string }[] }>(
      await workplace.reprise(...prune),
    );
    expect(planned.applied).toBe(false);
    expect(planned.runs.length).toBeGreaterThan(0);
    expect(workplace.store.runIds()).toEqual(before);
    const applied = document<{ removed: { runs: string[] } }>(await workplace.reprise(...prune, '--apply'));
    expect(applied.removed.runs).toEqual(planned.runs.map((listed) => listed.run));
    const kept = before.filter((id) => !applied.removed.runs.includes(id));
    expect(workplace.store.runIds()).toEqual(kept);
    const [newest] = (await workplace.runs()).filter(
      ({ notebook, replayOf }) => notebook === 'places.ipynb' && !replayOf,
    );
    expect((await workplace.execute('replay', newest!.run)).code).toBe(0);
  });
});

describe('doctor and kernel', () => {
  it('doctor finds what is there: exit 0; and says what is missing: exit 5', async () => {
    const fine = await workplace.reprise('doctor', 'same.ipynb', '--python', PYTHON, '--format', 'json');
    expect(fine.code).toBe(0);
    expect(document(fine)).toMatchObject({ schema: 'reprise/doctor/0', ok: true });
    const bare = await workplace.reprise('doctor', 'same.ipynb', '--python', '/bin/false');
    expect(bare.code).toBe(5);
    expect(bare.stdout).toContain('does not start');
  });

  it('kernel shows the kernelspec and writes nothing without --install', async () => {
    const env = { JUPYTER_DATA_DIR: workplace.path('jupyter'), XDG_DATA_HOME: workplace.path('share') };
    const args = ['kernel', 'same.ipynb', '--python', PYTHON, '--format', 'json'];
    const { code, stdout } = await workplace.start(args, { env }).ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'reprise/kernel/0',
      installed: false,
      spec: { language: 'python' },
    });
    expect([existsSync(workplace.path('jupyter')), existsSync(workplace.path('share'))]).toEqual([
      false,
      false,
    ]);
  });
});
