import { describe, expect, it } from 'vitest';
import { PNG } from 'pngjs';
import { judge, type JudgeOptions } from '../../../src/replay/compare/judge';
import type { Judgement, Verdict } from '../../../src/replay/documents';
import {
  display,
  draw,
  exact,
  failure,
  notebookSide,
  opaque,
  pickled,
  read,
  result,
  sha,
  side,
  stderr,
  stdout,
  wrote,
  type CellSpec,
  type RunSpec,
} from './build';

const hello: CellSpec = { outputs: [stdout('hello\n')] };

function judged(
  original: CellSpec[],
  replay: CellSpec[],
  options: JudgeOptions = {},
  specs: { original?: RunSpec; replay?: RunSpec } = {},
): Judgement {
  return judge(
    side(original, specs.original),
    [side(replay, { run: '20260101-000100-bbbbbb', ...specs.replay })],
    options,
  );
}

function picture(change = 0): string {
  const png = new PNG({ width: 4, height: 4 });
  png.data.fill(200);
  png.data[5] = 200 - change;
  return PNG.sync.write(png).toString('base64');
}

/** Two executions of one cell, beside one that is the same in both. */
const PAIRS: [what: string, original: CellSpec, replay: CellSpec, verdict: Verdict][] = [
  ['nothing at all', { outputs: [] }, { outputs: [] }, 'identical'],
  ['the same text', hello, hello, 'identical'],
  [
    'the last bit of a float',
    { outputs: [stdout('0.30000000000000004')] },
    { outputs: [stdout('0.3')] },
    'different',
  ],
  ['one space', { outputs: [stdout('a b')] }, { outputs: [stdout('a  b')] }, 'different'],
  ['a newline at the end', { outputs: [stdout('a')] }, { outputs: [stdout('a\n')] }, 'different'],
  ['a Unicode form', { outputs: [stdout('\u00e9')] }, { outputs: [stdout('e\u0301')] }, 'different'],
  ['the order of lines', { outputs: [stdout('a\nb\n')] }, { outputs: [stdout('b\na\n')] }, 'different'],
  [
    'stderr only',
    { outputs: [stdout('x'), stderr('warn 1')] },
    { outputs: [stdout('x'), stderr('warn 2')] },
    'different',
  ],
  ['stdout become stderr', { outputs: [stdout('x')] }, { outputs: [stderr('x')] }, 'different'],
  [
    'HTML only',
    { outputs: [result({ 'text/plain': '<T>', 'text/html': '<b>1</b>' })] },
    { outputs: [result({ 'text/plain': '<T>', 'text/html': '<b>2</b>' })] },
    'different',
  ],
  ['a display more', { outputs: [] }, { outputs: [display({ 'text/plain': 'x' })] }, 'different'],
  [
    'one pixel',
    { outputs: [display({ 'image/png': picture() })] },
    { outputs: [display({ 'image/png': picture(1) })] },
    'different',
  ],
  [
    'text that moved across a display',
    { outputs: [stdout('a\n'), display({ 'text/plain': 'x' }), stdout('b\n')] },
    { outputs: [stdout('a\nb\n'), display({ 'text/plain': 'x' })] },
    'different',
  ],
  [
    'text that moved across a display, beside an address',
    { outputs: [stdout('a <o at 0x7f01>\n'), display({ 'text/plain': 'x' }), stdout('b\n')] },
    { outputs: [stdout('a <o at 0x7f02>\nb\n'), display({ 'text/plain': 'x' })] },
    'different',
  ],
  ['an address', { outputs: [stdout('<o at 0x7f01>')] }, { outputs: [stdout('<o at 0x7f02>')] }, 'canonical'],
  [
    'a traceback',
    { outputs: [failure('ValueError', 'no', ['line 1'])] },
    { outputs: [failure('ValueError', 'no', ['line 2'])] },
    'canonical',
  ],
  [
    'an error message',
    { outputs: [failure('ValueError', '1')] },
    { outputs: [failure('ValueError', '2')] },
    'different',
  ],
  ['an output that was lost', { ...hello, arrived: [stdout('hel')] }, hello, 'unverifiable'],
  ['outputs of which only equal digests are kept', { ...hello, arrived: null }, hello, 'identical'],
  [
    'outputs of which only unequal digests are kept',
    { ...hello, arrived: null },
    { outputs: [stdout('hullo\n')] },
    'unverifiable',
  ],
  ['a fault of the agent', { ...hello, faults: ['tracking files: OSError'] }, hello, 'unverifiable'],
  ['a cell that ran once only', hello, { ...hello, skipped: true }, 'unverifiable'],
  [
    'an operation without a deterministic form',
    hello,
    { ...hello, operations: [{ op: 'scatter_add' }] },
    'canonical',
  ],

  ['the same file', { files: [wrote('a.csv', '1')] }, { files: [wrote('a.csv', '1')] }, 'identical'],
  ['one byte of a file', { files: [wrote('a.csv', '1')] }, { files: [wrote('a.csv', '2')] }, 'different'],
  ['a file that is missing', { files: [wrote('a.csv', '1')] }, {}, 'different'],
  [
    'a file outside the root',
    { files: [wrote('~/a.csv', '1')] },
    { files: [wrote('~/a.csv', '2')] },
    'identical',
  ],
  [
    'a temporary file outside the root',
    { files: [wrote('tmpa1b2', '1', { outside: true })] },
    { files: [wrote('tmpc3d4', '2', { outside: true })] },
    'identical',
  ],
  [
    'a file that both deleted',
    { files: [wrote('a.csv', '', { sha256: undefined, deleted: true })] },
    { files: [wrote('a.csv', '', { sha256: undefined, deleted: true })] },
    'identical',
  ],
  [
    'a file that one of them deleted',
    { files: [wrote('a.csv', '1')] },
    { files: [wrote('a.csv', '', { sha256: undefined, deleted: true })] },
    'different',
  ],
  [
    'a container with other time stamps',
    { files: [wrote('m.keras', '1', { content: sha('same') })] },
    { files: [wrote('m.keras', '2', { content: sha('same') })] },
    'canonical',
  ],
  [
    'a container that holds something else',
    { files: [wrote('m.keras', '1', { content: sha('one') })] },
    { files: [wrote('m.keras', '2', { content: sha('two') })] },
    'different',
  ],
  [
    'a file that could not be digested',
    { files: [wrote('a.bin', '1', { sha256: undefined })] },
    { files: [wrote('a.bin', '1')] },
    'unverifiable',
  ],
  [
    'a file that somebody else may have written',
    { files: [wrote('a.log', '1', { attribution: 'weak' })] },
    {},
    'unverifiable',
  ],

  [
    'a variable nobody could have changed',
    { writes: [exact('x', '1')] },
    { writes: [exact('x', '2')] },
    'identical',
  ],
  [
    'a variable after unreached entropy',
    { writes: [exact('x', '1')], entropy: [draw('uuid4', 'unreached')] },
    { writes: [exact('x', '2')], entropy: [draw('uuid4', 'unreached')] },
    'different',
  ],
  [
    'a variable written on one side only, after unreached entropy',
    { writes: [exact('x', '1')], entropy: [draw('uuid4', 'unreached')] },
    { entropy: [draw('uuid4', 'unreached')] },
    'different',
  ],
  [
    'an unequal pickle after unreached entropy',
    { writes: [pickled('m', '1')], entropy: [draw('numpy.global', 'unreached')] },
    { writes: [pickled('m', '2')], entropy: [draw('numpy.global', 'unreached')] },
    'unverifiable',
  ],
  [
    'an equal pickle after unreached entropy',
    { writes: [pickled('m', '1')], entropy: [draw('numpy.global', 'unreached')] },
    { writes: [pickled('m', '1')], entropy: [draw('numpy.global', 'unreached')] },
    'identical',
  ],
  [
    'a value without a digest after unreached entropy',
    { writes: [opaque('h')], entropy: [draw('numpy.global', 'unreached')] },
    { writes: [opaque('h')], entropy: [draw('numpy.global', 'unreached')] },
    'unverifiable',
  ],
  [
    'equal samples after unreached entropy',
    { writes: [{ ...exact('x'), how: 'sampled' }], entropy: [draw('uuid4', 'unreached')] },
    { writes: [{ ...exact('x'), how: 'sampled' }], entropy: [draw('uuid4', 'unreached')] },
    'unverifiable',
  ],
  [
    'a variable after seeded draws',
    { writes: [exact('x', '1')], entropy: [draw('numpy.global', 'seeded')] },
    { writes: [exact('x', '2')], entropy: [draw('numpy.global', 'seeded')] },
    'different',
  ],
  [
    'a variable after seeded draws in a cell that read a clock',
    {
      writes: [exact('x', '1')],
      entropy: [draw('numpy.global', 'enforced')],
      clock: [{ call: 'time.time' }],
    },
    {
      writes: [exact('x', '2')],
      entropy: [draw('numpy.global', 'enforced')],
      clock: [{ call: 'time.time' }],
    },
    'identical',
  ],
  [
    'an unequal pickle after seeded draws',
    { writes: [pickled('m', '1')], entropy: [draw('numpy.global', 'enforced')] },
    { writes: [pickled('m', '2')], entropy: [draw('numpy.global', 'enforced')] },
    'identical',
  ],
  [
    'a variable made of a file that differs',
    { writes: [exact('x', '1')], files: [read('a.csv', '1')] },
    { writes: [exact('x', '2')], files: [read('a.csv', '2')] },
    'different',
  ],
  [
    'a variable made of a variable that differs',
    { writes: [exact('y', '1')], readDigests: { x: sha('1') } },
    { writes: [exact('y', '2')], readDigests: { x: sha('2') } },
    'different',
  ],
  [
    'a value of another type after seeded draws',
    { writes: [exact('x', '1', 'int')], entropy: [draw('python.random', 'seeded')] },
    { writes: [pickled('x', '1', 'Model')], entropy: [draw('python.random', 'seeded')] },
    'different',
  ],
];

describe('the verdict of a cell', () => {
  it.each(PAIRS)('%s', (_what, original, replay, verdict) => {
    const judgement = judged([hello, original], [hello, replay]);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.cells[1]?.verdict).toBe(verdict);
    const diverged = verdict === 'different' || verdict === 'unverifiable';
    expect(judgement.firstDivergence).toEqual(diverged ? { index: 1, id: 'id1' } : null);
    expect(judgement.cells[1]?.causes.length ?? 0).toBeGreaterThanOrEqual(verdict === 'identical' ? 0 : 1);
    if (diverged)
      expect(judgement.cells[1]?.differences.length ?? 0).toBeGreaterThanOrEqual(original.faults ? 0 : 1);
  });

  it('does not judge a variable that reads only an unequal pickle', () => {
    const maker = (value: string): CellSpec => ({
      writes: [pickled('m', value)],
      entropy: [draw('numpy.global', 'enforced')],
    });
    const user = (value: string, y: string): CellSpec => ({
      ...hello,
      readDigests: { m: sha(value) },
      writes: [exact('y', y)],
    });
    expect(judged([maker('1'), user('1', 'a')], [maker('2'), user('2', 'b')]).verdict).toBe('identical');
  });

  it('names the masks it needed and no others', () => {
    const before = [stdout('<o at 0x7f01> \u001b[31mred\u001b[0m')];
    const after = [stdout('<o at 0x7f02> \u001b[31mred\u001b[0m')];
    expect(judged([{ outputs: before }], [{ outputs: after }]).cells[0]?.masks).toEqual(['address']);
  });

  it('masks library paths with the prefix of each side', () => {
    const cells = (prefix: string): CellSpec[] => [
      { outputs: [stderr(`${prefix}/lib/python3.11/site-packages/sk.py:1: W\n`)] },
    ];
    const specs = { original: { prefix: '/home/a/env' }, replay: { prefix: '/opt/env' } };
    const judgement = judged(cells('/home/a/env'), cells('/opt/env'), {}, specs);
    expect(judgement.verdict).toBe('canonical');
    expect(judgement.masks).toEqual(['library-path']);
  });
});

describe('tolerance', () => {
  const near = (value: string): CellSpec[] => [{ outputs: [stdout(`score ${value}\n`)] }];

  it('is never assumed', () => {
    expect(judged(near('0.84'), near('0.8400001')).verdict).toBe('different');
  });

  it('lets numbers differ by what the notebook declares, and says by how much', () => {
    const judgement = judged(near('0.84'), near('0.8400001'), { tolerance: { rtol: 1e-3, atol: 0 } });
    expect(judgement.verdict).toBe('within-tolerance');
    expect(judgement.cells[0]?.differences[0]?.summary).toContain('0.84 became 0.8400001');
    expect(judged(near('0.84'), near('0.85'), { tolerance: { rtol: 1e-3, atol: 0 } }).verdict).toBe(
      'different',
    );
  });

  it('covers numbers in tables and JSON, and nothing else', () => {
    const cell = (data: Record<string, string>): CellSpec[] => [{ outputs: [result(data)] }];
    const options = { tolerance: { rtol: 0.1, atol: 0 } };
    expect(
      judged(cell({ 'text/html': '<td>1.00</td>' }), cell({ 'text/html': '<td>1.01</td>' }), options).verdict,
    ).toBe('within-tolerance');
    expect(
      judged(cell({ 'text/html': '<td>1.00</td>' }), cell({ 'text/html': '<th>1.00</th>' }), options).verdict,
    ).toBe('different');
    const pictures = [cell({ 'image/png': picture() }), cell({ 'image/png': picture(1) })] as const;
    expect(judged(...pictures, options).verdict).toBe('different');
    const files = (content: string): CellSpec[] => [{ files: [wrote('a.csv', content)] }];
    expect(judged(files('1.00'), files('1.01'), options).verdict).toBe('different');
  });
});

describe('the verdict of a run', () => {
  it('puts different before unverifiable, and names the first of either', () => {
    const judgement = judged(
      [{ ...hello, faults: ['x'] }, hello],
      [{ ...hello }, { outputs: [stdout('other')] }],
    );
    expect(judgement.verdict).toBe('different');
    expect(judgement.firstDivergence).toEqual({ index: 0, id: 'id0' });
  });

  it('is the worst over all replays', () => {
    const judgement = judge(side([hello]), [
      side([hello], { run: 'b' }),
      side([{ outputs: [stdout('x')] }], { run: 'c' }),
    ]);
    expect(judgement.verdict).toBe('different');
    expect(judgement.covered.runs).toBe(2);
    expect(judgement.by.runs.map(({ run }) => run)).toEqual(['20260101-000000-aaaaaa', 'b', 'c']);
  });

  it('is unverifiable when there was nothing to compare', () => {
    const judgement = judged([{}], [{}]);
    expect(judgement.verdict).toBe('unverifiable');
    expect(judgement.firstDivergence).toBeNull();
    expect(judgement.causes[0]?.summary).toContain('No cell has an output');
  });

  it('is carried by one variable that is proven equal', () => {
    const judgement = judged([{ writes: [exact('x')] }], [{ writes: [exact('x')] }]);
    expect(judgement.verdict).toBe('identical');
    expect(judgement.covered).toEqual({
      outputs: 0,
      files: 0,
      variables: { compared: 1, uncompared: 0 },
      runs: 1,
    });
  });

  it('counts what was covered', () => {
    const cell: CellSpec = {
      outputs: [stdout('a'), stdout('b'), display({ 'text/plain': 'x' })],
      files: [wrote('a.csv', '1')],
      writes: [exact('x'), opaque('h')],
    };
    expect(judged([cell], [cell]).covered).toEqual({
      outputs: 2,
      files: 1,
      variables: { compared: 1, uncompared: 1 },
      runs: 1,
    });
  });

  it('leaves out declared-volatile outputs and says so, but not what the cell writes', () => {
    const code = '# reprise: volatile prints the time\nprint(now)';
    const cell = (text: string, x: string): CellSpec => ({
      code,
      outputs: [stdout(text)],
      files: [wrote('a.csv', x)],
    });
    const output = judged([hello, cell('1', 'x')], [hello, cell('2', 'x')]);
    expect(output.verdict).toBe('identical');
    expect(output.firstDivergence).toBeNull();
    expect(output.cells[1]).toMatchObject({ verdict: 'different', declared: 'volatile' });
    expect(output.cells[1]?.causes[0]).toMatchObject({ kind: 'volatile-output', confidence: 'certain' });
    const file = judged([hello, cell('1', 'x')], [hello, cell('2', 'y')]);
    expect(file.verdict).toBe('different');
    expect(file.firstDivergence).toEqual({ index: 1, id: 'id1' });
  });

  it('is unverifiable when the only output is declared volatile', () => {
    const code = '# reprise: volatile clock';
    expect(judged([{ ...hello, code }], [{ ...hello, code }]).verdict).toBe('unverifiable');
  });

  it.each<[string, RunSpec, string]>([
    ['a changed record', { broken: { line: 3, reason: 'changed' } }, 'line 3 of the record was changed'],
    ['a torn record', { broken: { line: 4, reason: 'torn' }, summary: null }, 'breaks off in line 4'],
    ['a run that was cut off', { summary: null }, 'has no end'],
    ['a run that died', { summary: { status: 'died' } }, 'died before its end'],
    ['a run that was cancelled', { summary: { status: 'cancelled' } }, 'was cancelled'],
    [
      'a fault of the runner',
      { summary: { faults: ['cell 2 ran longer than 60 s'] } },
      'ran longer than 60 s',
    ],
  ])('is never good with %s', (_what, replay, said) => {
    const judgement = judged([hello], [hello], {}, { replay });
    expect(judgement.verdict).toBe('unverifiable');
    expect(judgement.cells[0]?.verdict).toBe('identical');
    expect(judgement.causes.map(({ summary }) => summary).join()).toContain(said);
  });

  it('does not ask for a summary of a kernel that another front end started', () => {
    const specs = { replay: { summary: null, header: { starter: 'agent' as const } } };
    expect(judged([hello], [hello], {}, specs).verdict).toBe('identical');
  });

  it('compares the last execution of a cell that ran twice', () => {
    const twice = side([hello, { outputs: [stdout('b')] }], { order: [0, 1, 0] });
    expect(judge(twice, [side([hello, { outputs: [stdout('b')] }])]).verdict).toBe('identical');
  });

  it('takes the outputs of a cell as a later cell left them', () => {
    const done = [display({ 'text/plain': 'done' })];
    const first: CellSpec = { outputs: [display({ 'text/plain': 'working' })], arrived: done };
    const raw = { raw: '', layout: '', count: 1 };
    const second: CellSpec = { ...hello, revised: [{ index: 0, id: 'id0', ...raw }] };
    const built = side([first, second]);
    const digests = side([{ outputs: done }]).record?.cells[0]?.outputs ?? raw;
    built.record?.cells[1]?.revised?.splice(0, 1, { index: 0, id: 'id0', ...digests });
    expect(judge(built, [built]).verdict).toBe('identical');
  });

  it('compares executed notebooks by their outputs alone', () => {
    const changed: CellSpec = { ...hello, writes: [exact('x', '2')], entropy: [draw('uuid4', 'unreached')] };
    const same = judge(notebookSide([hello]), [side([changed])]);
    expect(same.verdict).toBe('identical');
    expect(same.covered.variables).toEqual({ compared: 0, uncompared: 0 });
    expect(same.by.runs[0]).toMatchObject({ run: 'saved.ipynb', root: '' });
    expect(judge(notebookSide([hello]), [notebookSide([{ outputs: [stdout('x')] }])]).verdict).toBe(
      'different',
    );
  });

  it('leaves out cells that ran nowhere', () => {
    const judgement = judged([hello, { skipped: true }], [hello, { skipped: true }]);
    expect(judgement.cells.map(({ index }) => index)).toEqual([0]);
  });

  it('keeps a cell that one side does not have in its place', () => {
    const judgement = judged(
      [
        { ...hello, id: 'a' },
        { ...hello, id: 'c' },
      ],
      [
        { ...hello, id: 'a' },
        { ...hello, id: 'b' },
        { ...hello, id: 'c' },
      ],
    );
    expect(judgement.cells.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['a', 'identical'],
      ['b', 'unverifiable'],
      ['c', 'identical'],
    ]);
    expect(judgement.cells[1]?.causes[0]?.summary).toBe('Cell 1 is only in the replay.');
  });

  it('does not compare digests of two versions of the value format', () => {
    const cell: CellSpec = { ...hello, writes: [exact('x')], entropy: [draw('uuid4', 'unreached')] };
    const judgement = judged([cell], [cell], {}, { replay: { header: { values: 'values/2' } } });
    expect(judgement.verdict).toBe('unverifiable');
  });
});
