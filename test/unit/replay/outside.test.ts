/** What no record holds keeps every other cause from being called certain. */
import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/replay/compare/judge';
import type { Cause } from '../../../src/replay/documents';
import { whatToDo } from '../../../src/replay/words';
import { draw, exact, read, sha, side, stdout, type CellSpec, wrote } from './build';

const drifted = (text: string): CellSpec => ({ files: [read('a.csv', text)] });

/** Of a last cell that read another file, and printed something else. */
function causesOf(code: string, more: CellSpec = {}, before: CellSpec[] = []): Cause[] {
  const cells = (text: string): CellSpec[] => [
    ...before,
    { code, outputs: [stdout(text)], ...drifted(text), ...more },
  ];
  return judge(side(cells('1')), [side(cells('2'), { run: 'replay' })]).causes;
}

const kinds = (causes: readonly Cause[]): string[] =>
  causes.map(({ kind, confidence }) => `${kind} ${confidence}`);

describe('a cell that asks for what no record holds', () => {
  it.each([
    ['noise = open("/dev/urandom", "rb").read(4)', 'unseeded-entropy', 'reads random bytes from a device'],
    ['%timeit f(x)', 'time', 'measures how long'],
    ['%%time\nf(x)', 'time', 'measures how long'],
    ['took = timeit.timeit(f)', 'time', 'measures how long'],
    ['answer = requests.get(url).json()', 'data-drift', 'over the network'],
    ['df = pd.read_csv("https://example.org/a.csv")', 'data-drift', 'over the network'],
    ['answer = openai.OpenAI().responses.create(input=text)', 'data-drift', 'over the network'],
    ['!uptime', 'unknown', 'runs another program'],
    ['shuf -n 10 rows.csv', 'unseeded-entropy', 'a program that draws'],
    ['cat rows.csv | sort -R', 'unseeded-entropy', 'a program that draws'],
    ['date +%s', 'time', 'another program for the time'],
    ['lines = !git log', 'unknown', 'runs another program'],
    ['%%bash\nuname -a', 'unknown', 'runs another program'],
    ['subprocess.run(["uptime"])', 'unknown', 'runs another program'],
    ['host = os.environ["HOSTNAME"]', 'unknown', 'reads environment variables'],
    ['host = os.getenv("HOSTNAME")', 'unknown', 'reads environment variables'],
    ['load = open("/proc/loadavg").read()', 'unknown', 'asks the machine'],
    ['names = os.listdir("data")', 'data-drift', 'lists files'],
    ['print("# of files", len(os.listdir()))', 'data-drift', 'lists files'],
    ['half = n // 2; names = os.listdir()', 'data-drift', 'lists files'],
    ['print(id(x))', 'volatile-output', 'asks for the address'],
    ['print(hash(model))', 'volatile-output', 'asks for the hash'],
    ['import threading', 'nondeterministic-operation', 'side by side'],
    ['workers = [Thread(target=work)]', 'nondeterministic-operation', 'side by side'],
    ['with ThreadPoolExecutor() as pool: pool.map(f, x)', 'nondeterministic-operation', 'side by side'],
  ])('leaves it open whether a file is the cause: %s', (code, kind, words) => {
    const causes = causesOf(code);
    expect(kinds(causes)).toEqual(['data-drift likely', `${kind} possible`]);
    expect(causes[1]!.summary).toContain('of cell 0');
    expect(causes[1]!.summary).toContain(words);
    expect(causes[1]!.evidence[0]!.where).toMatchObject({ cell: 0, line: expect.any(Number) as number });
    expect(whatToDo(causes[1]!)).not.toContain('the file as it was');
    expect(whatToDo(causes[1]!)).not.toContain('Nothing');
  });

  it.each([
    'df = pd.read_csv("a.csv")\nprint(df.sum())',
    '# requests.get is not called here\nx = 1',
    'x = 1  # os.environ, subprocess',
    'os.environ["OMP_NUM_THREADS"] = "1"',
    'valid = df.valid(1); valid(2)',
    'timestamps = df.times()',
    'rehash(x); df.hash(1)',
    'df["date"].max(); date - timedelta(1)',
    'shuffled = shuf.sort(R)',
  ])('does not look like one: %s', (code) => {
    expect(kinds(causesOf(code))).toEqual(['data-drift certain']);
  });

  it('may do so by a function or an import of another cell', () => {
    const tools: CellSpec = {
      code: 'import numpy as np, requests as web\nfrom subprocess import run\n\ndef host():\n    return run(["hostname"])\n\ndef two():\n    return 2\n',
      writes: ['np', 'web', 'run', 'host', 'two'].map((name) => exact(name)),
    };
    const reading = (...names: string[]): CellSpec => ({
      readDigests: Object.fromEntries(names.map((name) => [name, sha(name)])),
    });
    expect(kinds(causesOf('two()', reading('two', 'np'), [tools]))).toEqual(['data-drift certain']);
    const called = causesOf('host()', reading('host', 'run'), [tools]);
    expect(kinds(called)).toEqual(['data-drift likely', 'unknown possible']);
    expect(called[1]!.summary).toBe(
      'Line 2 of cell 0 runs another program, and no record holds what that depends on.',
    );
    expect(kinds(causesOf('web.get(a)', reading('web'), [tools]))).toEqual([
      'data-drift likely',
      'data-drift possible',
    ]);
  });

  it('has an answer where the record holds its version, and none where that is only dated', () => {
    const answered = (version: Record<string, string>): CellSpec => ({
      data: [{ kind: 'url', name: 'https://example.org/a.csv', version }],
    });
    const code = 'df = pd.read_csv("https://example.org/a.csv")';
    expect(kinds(causesOf(code, answered({ etag: '1' })))).toEqual(['data-drift certain']);
    for (const version of [{}, { modified: 'Thu' }] as Record<string, string>[])
      expect(kinds(causesOf(code, answered(version)))).toEqual(['data-drift likely', 'data-drift possible']);
  });

  it('is named where nothing else is found', () => {
    const cells = (text: string): CellSpec[] => [{ code: '!uptime', outputs: [stdout(text)] }];
    const { causes } = judge(side(cells('1')), [side(cells('2'), { run: 'replay' })]);
    expect(kinds(causes)).toEqual(['unknown possible']);
    expect(causes[0]!.summary).toContain('runs another program');
  });
});

describe('files of a kind that mostly holds when it was made', () => {
  const causes = (name: string, more: CellSpec = {}): Cause[] => {
    const cells = (text: string): CellSpec[] => [{ files: [wrote(name, text)], ...more }];
    return judge(side(cells('1')), [side(cells('2'), { run: 'replay' })]).causes;
  };

  it.each(['a.pdf', 'of/a.SVG', 'all.tar.gz', 'all.tgz', 'table.xlsx'])('are said to be: %s', (name) => {
    const found = causes(name);
    expect(kinds(found)).toEqual(['time possible']);
    expect(found[0]!.summary).toContain(`\`${name}\`, which cell 0 writes,`);
    expect(whatToDo(found[0]!)).toContain('SOURCE_DATE_EPOCH');
    expect(kinds(causes(name, { entropy: [draw('uuid4', 'unreached')] }))).toEqual([
      'unseeded-entropy likely',
      'time possible',
    ]);
  });

  it('are not all files', () => {
    expect(kinds(causes('a.csv'))).toEqual(['unknown possible']);
  });
});

describe('outputs that differ in nothing but what looks like times or addresses', () => {
  const unseeded: CellSpec = { entropy: [draw('uuid4', 'unreached')] };
  const causes = (before: string, after: string, more: CellSpec = unseeded): Cause[] => {
    const cells = (text: string): CellSpec[] => [{ outputs: [stdout(text)], ...more }];
    return judge(side(cells(before)), [side(cells(after), { run: 'replay' })]).causes;
  };

  it.each([
    ['trained in 1.25 s\n', 'trained in 1.31 s\n', 'time'],
    ['epoch 1: 12ms\nepoch 2: 9ms\n', 'epoch 1: 11ms\nepoch 2: 10ms\n', 'time'],
    ['2026-01-01 10:00:00 done\n', '2026-01-02 11:00:01.5 done\n', 'time'],
    ['Thu Jan  1 10:00:00 2026\n', 'Fri Jan  2 10:00:07 2026\n', 'time'],
    ['1767261600.25\n', '1767265200.5\n', 'time'],
    ['at 0x7f2a10c0\n', 'at 0x7f2a10d0\n', 'volatile-output'],
    ['140234567890123\n', '140234567890456\n', 'volatile-output'],
  ])('prove no other cause: %s', (before, after, kind) => {
    const found = causes(before, after);
    expect(kinds(found)).toEqual(['unseeded-entropy likely', `${kind} possible`]);
    expect(found[1]!.evidence[0]).toMatchObject({ where: { cell: 0 } });
    expect(kinds(causes(before, after, {}))).toEqual([`${kind} likely`]);
    expect(whatToDo(found[1]!)).toContain('volatile <reason>');
  });

  it.each([
    ['loss 0.25\n', 'loss 0.26\n'],
    ['loss 0.25 in 1 s\n', 'loss 0.26 in 2 s\n'],
  ])('are not all that differs: %s', (before, after) => {
    expect(kinds(causes(before, after))).toEqual(['unseeded-entropy certain']);
  });

  it('are not all that differs where a file does too', () => {
    const cells = (text: string): CellSpec[] => [
      {
        ...unseeded,
        outputs: [stdout(`in ${text} s`)],
        files: [{ path: 'b.csv', mode: 'write', sha256: sha(text), attribution: 'exact' }],
      },
    ];
    const { causes: found } = judge(side(cells('1.5')), [side(cells('2.5'), { run: 'replay' })]);
    expect(kinds(found)).toEqual(['unseeded-entropy certain']);
  });
});
