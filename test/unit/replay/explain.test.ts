import { describe, expect, it } from 'vitest';
import { judge, type JudgeOptions } from '../../../src/replay/compare/judge';
import { whatToDo } from '../../../src/replay/words';
import type { Cause, Judgement } from '../../../src/replay/documents';
import type { RecordHeader } from '../../../src/lineage/record';
import {
  draw,
  exact,
  FINGERPRINT,
  notebookSide,
  pickled,
  read,
  sha,
  side,
  stdout,
  wrote,
  type CellSpec,
  type RunSpec,
} from './build';

const a = (text = 'a'): CellSpec => ({ outputs: [stdout(text)] });

function judged(
  original: CellSpec[],
  replay: CellSpec[],
  specs: { original?: RunSpec; replay?: RunSpec } = {},
  options: JudgeOptions = {},
): Judgement {
  return judge(side(original, specs.original), [side(replay, { run: 'replay', ...specs.replay })], options);
}

function both(cell: CellSpec, more: CellSpec = {}): [CellSpec[], CellSpec[]] {
  return [[{ ...cell, ...a('1') }], [{ ...cell, ...a('2'), ...more }]];
}

const kinds = (causes: readonly Cause[]): string[] =>
  causes.map(({ kind, confidence }) => `${kind} ${confidence}`);

describe('the cause of a difference', () => {
  it('is the call that no seed reached, with its line', () => {
    const { causes, cells } = judged(...both({ entropy: [draw('uuid4', 'unreached', 3, 5)] }));
    expect(kinds(causes)).toEqual(['unseeded-entropy certain']);
    expect(causes[0]?.summary).toBe(
      '`uuid.uuid4()` on line 3 of cell 5 takes its value from the operating system; no seed reaches it.',
    );
    expect(causes[0]?.evidence).toEqual([{ what: 'uuid4: 1 draw, unreached', where: { cell: 5, line: 3 } }]);
    expect(cells[0]?.causes).toEqual(causes);
  });

  it.each([
    ['numpy.default_rng', '`numpy.random.default_rng()` on line 2 of cell 0 was given no seed'],
    [
      'numpy.global',
      "NumPy's global generator was drawn from on line 2 of cell 0 before anything had seeded it",
    ],
    ['python.Random', '`random.Random()` on line 2 of cell 0 was given no seed'],
    ['secrets', '`secrets` on line 2 of cell 0 takes its value from the operating system'],
  ])('says of %s what a person would', (source, sentence) => {
    expect(judged(...both({ entropy: [draw(source, 'unreached', 2)] })).causes[0]?.summary).toContain(
      sentence,
    );
  });

  it('is only likely where something else differs too', () => {
    const cell = { entropy: [draw('uuid4', 'unreached')], files: [read('a.csv', '1')] };
    expect(kinds(judged(...both(cell, { files: [read('a.csv', '2')] })).causes)).toEqual([
      'unseeded-entropy likely',
      'data-drift likely',
    ]);
  });

  it('is behind what differs where only a library made a generator while it was imported', () => {
    const made = { ...draw('python.Random', 'unreached', 3, 0), importing: true as const };
    const cell = { entropy: [made], files: [read('a.csv', '1')] };
    const { causes } = judged(...both(cell, { files: [read('a.csv', '2')] }));
    expect(kinds(causes)).toEqual(['data-drift likely', 'unseeded-entropy possible']);
    expect(causes[1]!.summary).toContain('A library that is imported on line 3 of cell 0 makes');
    expect(kinds(judged(...both({ entropy: [made] })).causes)).toEqual(['unseeded-entropy likely']);
  });

  it('is not certain where something went unobserved', () => {
    const cell = { entropy: [draw('uuid4', 'unreached')], notObserved: ['exec()'] };
    expect(kinds(judged(...both(cell)).causes)).toEqual(['unseeded-entropy likely']);
  });

  it.each(['seeded', 'enforced'] as const)('never blames a draw that was %s', (reach) => {
    const { causes } = judged(...both({ entropy: [draw('numpy.default_rng', reach)] }));
    expect(kinds(causes)).toEqual(['unknown possible']);
  });

  it('is the entropy of the runs where each drew its own', () => {
    const seed = (value: string): RunSpec => ({ header: { seed: { value, from: 'fresh' } } });
    const cells = both({ entropy: [draw('numpy.default_rng', 'enforced', 4)] });
    const { causes } = judged(...cells, { original: seed('1'), replay: seed('2') });
    expect(kinds(causes)).toEqual(['unseeded-entropy certain']);
    expect(causes[0]?.summary).toContain('The two runs began from different entropy');
    const seeded = judged(...both({ entropy: [draw('numpy.global', 'seeded')] }), {
      original: seed('1'),
      replay: seed('2'),
    });
    expect(kinds(seeded.causes)).toEqual(['unseeded-entropy possible', 'unknown possible']);
  });

  it('is the entropy of the runs before all else, with what to do, also where a later cell shows it', () => {
    const seed = (value: string): RunSpec => ({ header: { seed: { value, from: 'fresh' } } });
    const specs = { original: seed('1'), replay: seed('2') };
    const drawn = (value: string): CellSpec => ({
      writes: [exact('x', value)],
      entropy: [draw('numpy.default_rng', 'enforced', 4)],
    });
    const shows = (value: string, file = '1'): CellSpec => ({
      ...a(value),
      readDigests: { x: sha(value) },
      files: [read('a.csv', file)],
    });
    const later = judged([drawn('1'), shows('1')], [drawn('2'), shows('2')], specs);
    expect(later.firstDivergence?.index).toBe(0);
    expect(kinds(later.causes)).toEqual(['unseeded-entropy certain']);
    expect(later.causes[0]?.evidence[0]).toEqual({ what: 'entropy of the run', before: '1', after: '2' });
    expect(whatToDo(later.causes[0] as Cause)).toContain('reprise replay RUN');
    expect(whatToDo(later.causes[0] as Cause)).toContain('--seed');

    const elsewhere = judged(
      [drawn('1'), { ...a('1'), files: [read('a.csv', '1')] }],
      [drawn('1'), { ...a('2'), files: [read('a.csv', '2')] }],
      specs,
    );
    expect(kinds(elsewhere.causes)).toEqual(['unseeded-entropy likely', 'data-drift certain']);
    expect(elsewhere.causes[0]?.summary).toBe(
      'The two runs began from different entropy, from which something was drawn up to cell 1.',
    );
    const undrawn = judged(
      [{ ...a('1'), files: [read('a.csv', '1')] }],
      [{ ...a('2'), files: [read('a.csv', '2')] }],
      specs,
    );
    expect(kinds(undrawn.causes)).toEqual(['data-drift certain', 'unseeded-entropy possible']);
    const observed = { header: { seed: { value: '1', from: 'fresh' as const }, policy: 'observe' as const } };
    const free = judged(...both({}), { ...specs, original: observed });
    expect(kinds(free.causes)).toContain('unseeded-entropy possible');
    const seen = { header: { ...observed.header, seed: { value: '2', from: 'fresh' as const } } };
    expect(kinds(judged(...both({}), { original: observed, replay: seen }).causes)).toEqual([
      'unknown possible',
    ]);
  });

  it('is the hash seed where it was not fixed and the cell orders a set', () => {
    const spec = { environment: { variables: {} } };
    const { causes } = judged(...both({ code: 'x = 1\nprint(list(set(words)))' }), {
      original: spec,
      replay: spec,
    });
    expect(kinds(causes)).toEqual(['unseeded-entropy likely']);
    expect(causes[0]?.summary).toContain('line 2 of cell 0 uses one');
    expect(causes[0]?.evidence[0]).toMatchObject({
      what: 'PYTHONHASHSEED',
      before: 'random',
      after: 'random',
    });
  });

  it('does not blame the hash seed of a cell that orders nothing', () => {
    const spec = { environment: { variables: {} } };
    const { causes } = judged(...both({}), { original: spec, replay: spec });
    expect(kinds(causes)).toEqual(['unknown possible']);
    expect(causes[0]?.evidence.map(({ what }) => what)).toContain(
      'PYTHONHASHSEED was not fixed to one value',
    );
  });

  it('is a package that changed, with what it can change', () => {
    const packages = { ...FINGERPRINT.packages, numpy: '1.26.4', ipykernel: '6.31.0' };
    const judgement = judged(...both({}), { original: { environment: { packages } } });
    expect(kinds(judgement.causes)).toEqual(['environment-drift likely']);
    expect(judgement.causes[0]?.summary).toContain('`numpy` 1.26.4 became 2.4.6');
    expect(judgement.causes[0]?.evidence).toEqual([{ what: 'numpy', before: '1.26.4', after: '2.4.6' }]);
    expect(judgement.environment.map(({ what }) => what)).toEqual(['ipykernel', 'numpy']);
  });

  it('is the machine', () => {
    const cpu = { model: 'Xeon', flags: sha('avx512'), cores: 2 };
    const { causes } = judged(...both({}), { replay: { environment: { cpu } } });
    expect(kinds(causes)).toEqual(['hardware likely']);
    expect(causes[0]?.summary).toContain('`cpu model` EPYC became Xeon');
  });

  it('is a file that was there on one side only', () => {
    const there: CellSpec = { files: [read('a.csv', '1')] };
    const missing: CellSpec = {
      files: [{ path: 'a.csv', mode: 'read', absent: true, attribution: 'exact' }],
    };
    const gone = judged(...both(there, missing));
    expect(kinds(gone.causes)).toEqual(['data-drift certain']);
    expect(gone.causes[0]?.summary).toBe('`a.csv`, which cell 0 reads, is no longer there.');
    expect(gone.causes[0]?.evidence[0]).toMatchObject({ before: sha('1'), where: { file: 'a.csv' } });
    const found = judged(...both(missing, there));
    expect(found.causes[0]?.summary).toBe(
      '`a.csv`, which cell 0 reads, is there now, where nothing was before.',
    );
    expect(kinds(judged(...both(missing)).causes)).toEqual(['unknown possible']);
  });

  it('makes what a cell left in its variables count, where it was there on one side only', () => {
    const cell = (file: CellSpec['files'], value: string): CellSpec => ({
      files: file,
      writes: [exact('settings', value)],
      ...a(),
    });
    const absent = [{ path: 'a.csv', mode: 'read', absent: true, attribution: 'exact' }] as const;
    const { verdict, causes } = judged([cell([read('a.csv', '1')], '1')], [cell([...absent], 'None')]);
    expect([verdict, ...kinds(causes)]).toEqual(['different', 'data-drift certain']);
  });

  it('is no data that drifted where a cell of the run made the file', () => {
    const looking: CellSpec = { files: [read('a.csv', '1')], ...a('1') };
    const missing: CellSpec = {
      files: [{ path: 'a.csv', mode: 'read', absent: true, attribution: 'exact' }],
      ...a('2'),
    };
    const { causes } = judged([{ files: [wrote('a.csv', '1')] }, looking], [{ files: [] }, missing]);
    expect(causes.map(({ kind }) => kind)).not.toContain('data-drift');
  });

  it.each([
    'open("log.txt", "a").write(text)',
    'with open(path, mode="a+") as file: file.write(text)',
    '!date >> log.txt',
    '%%writefile -a log.txt\ntext',
  ])('may be what the run before left in a file: %s', (code) => {
    const cell = (text: string, created?: true): CellSpec => ({
      code,
      files: [wrote('log.txt', text, created && { created })],
    });
    const { causes } = judged([cell('1')], [cell('2')]);
    const cause = causes.find(({ summary }) => summary.includes('writes on in a file'));
    expect(cause).toMatchObject({ kind: 'data-drift', evidence: [{ where: { cell: 0, line: 1 } }] });
    expect(whatToDo(cause!)).toContain('anew');
    const anew = judged([cell('1', true)], [cell('2', true)]).causes;
    expect(anew.map(({ kind }) => kind)).not.toContain('data-drift');
  });

  it('is what a server has another version of', () => {
    const url = (etag: string): CellSpec => ({
      data: [{ kind: 'url', name: 'https://data.example/a.csv', version: { etag, modified: 'Thu' } }],
    });
    const { causes } = judged(...both(url('"v1"'), url('"v2"')));
    expect(kinds(causes)).toEqual(['data-drift certain']);
    expect(causes[0]?.summary).toBe(
      '`https://data.example/a.csv`, which cell 0 reads, has another version than the original read.',
    );
    expect(causes[0]?.evidence).toEqual([
      { what: 'ETag of https://data.example/a.csv', where: { cell: 0 }, before: '"v1"', after: '"v2"' },
    ]);
  });

  it('may be what a server only dates otherwise, and is not what has no version', () => {
    const url = (version: Record<string, string>): CellSpec => ({
      data: [{ kind: 'url', name: 'https://data.example/a.csv', version }],
    });
    const [was, is] = [url({ modified: 'Thu' }), url({ modified: 'Fri' })];
    const { causes } = judged(...both(was, is));
    expect(kinds(causes)).toEqual(['data-drift likely']);
    expect(causes[0]?.summary).toContain('may have another version');
    expect(kinds(judged(...both(url({}), url({ etag: 'x' }))).causes)).not.toContain('data-drift likely');
  });

  it('is one file that differs, with the version that DVC has of it', () => {
    const tracked = (text: string, md5: string): CellSpec => ({
      files: [read('data/a.csv', text)],
      data: [{ kind: 'dvc', name: 'data', version: { md5 } }],
    });
    const { causes } = judged(...both(tracked('1', '1.dir'), tracked('2', '2.dir')));
    expect(kinds(causes)).toEqual(['data-drift certain']);
    expect(causes[0]?.evidence.map(({ what }) => what)).toEqual([
      'sha256 of data/a.csv',
      'md5 that DVC has of data',
    ]);
    const { causes: none } = judged(...both(tracked('1', '1.dir'), tracked('1', '2.dir')));
    expect(none.map(({ kind }) => kind)).not.toContain('data-drift');
  });

  it('makes the variables of a cell count that read another version', () => {
    const url = (etag: string, value: string): CellSpec => ({
      data: [{ kind: 'url', name: 'https://data.example/a.csv', version: { etag } }],
      writes: [exact('df', value)],
    });
    const judgement = judged([url('"v1"', '1')], [url('"v2"', '2')]);
    expect(judgement.verdict).toBe('different');
    expect(judgement.cells[0]?.differences.map(({ name }) => name)).toEqual(['df']);
  });

  it('is not another commit of what has the same content, and may be one of what says no more', () => {
    const file = (revision: string, etag?: string): CellSpec => ({
      data: [
        {
          kind: 'huggingface',
          name: 'datasets/me/study',
          version: { revision, ...(etag === undefined ? {} : { etag }) },
        },
      ],
    });
    const found = (was: CellSpec, is: CellSpec): string[] => kinds(judged(...both(was, is)).causes);
    expect(found(file('c1', 'e1'), file('c2', 'e1'))).not.toContain('data-drift likely');
    expect(found(file('c1'), file('c2'))).toEqual(['data-drift likely']);
    expect(found(file('c1', 'e1'), file('c2', 'e2'))).toEqual(['data-drift certain']);
  });

  it('is not another job on the same commit', () => {
    const job = (id: string, commit = 'c1'): CellSpec => ({
      data: [{ kind: 'pachyderm', name: '/pfs/images', version: { commit, job: id } }],
    });
    expect(kinds(judged(...both(job('j1'), job('j2'))).causes)).not.toContain('data-drift likely');
    expect(kinds(judged(...both(job('j1'), job('j2', 'c2'))).causes)).toEqual(['data-drift likely']);
  });

  it('is what a query gives of a database, unless the run had changed that itself', () => {
    const asked = (rows: string, own?: true): CellSpec => ({
      data: [
        { kind: 'sql', name: 'sqlite:study.db', query: 'select 1', version: { rows }, ...(own && { own }) },
      ],
    });
    const { causes } = judged(...both(asked('2'), asked('3')));
    expect(kinds(causes)).toEqual(['data-drift certain']);
    expect(causes[0]?.summary).toBe(
      'what `select 1` gives of `sqlite:study.db`, which cell 0 reads, has another version than the original read.',
    );
    expect(causes[0]?.evidence).toEqual([
      { what: 'number of rows of select 1 in sqlite:study.db', where: { cell: 0 }, before: '2', after: '3' },
    ]);
    const { causes: none } = judged(...both(asked('2', true), asked('3', true)));
    expect(none.map(({ kind }) => kind)).not.toContain('data-drift');
  });

  it('is not what a query gives of a database whose file is the same, as its threads may come in any order', () => {
    const asked = (rows: string, file: string): CellSpec => ({
      data: [{ kind: 'sql', name: 'duckdb:study.duckdb', query: 'select 1', version: { sha256: sha(rows) } }],
      files: [read('study.duckdb', file)],
    });
    const same = judged(...both(asked('1', 'file'), asked('2', 'file')));
    expect(same.causes.map(({ kind }) => kind)).not.toContain('data-drift');
    const changed = judged(...both(asked('1', 'file'), asked('2', 'other')));
    expect(kinds(changed.causes)).toEqual(['data-drift certain']);
    expect(changed.causes[0]?.evidence.map(({ what }) => what)).toEqual([
      'sha256 of study.duckdb',
      'sha256 of the rows of select 1 in duckdb:study.duckdb',
    ]);
  });

  it('is a file that is no longer what it was', () => {
    const { causes } = judged(
      ...both({ files: [read('data/a.csv', '1')] }, { files: [read('data/a.csv', '2')] }),
    );
    expect(kinds(causes)).toEqual(['data-drift certain']);
    expect(causes[0]?.evidence[0]).toEqual({
      what: 'sha256 of data/a.csv',
      where: { cell: 0, file: 'data/a.csv' },
      before: sha('1'),
      after: sha('2'),
    });
    expect(whatToDo(causes[0] as Cause)).toContain('data/a.csv');
  });

  it('is a clock, which no record can prove', () => {
    const { causes } = judged(...both({ clock: [{ call: 'time.time', at: { cell: 0, line: 3 } }] }));
    expect(kinds(causes)).toEqual(['time likely']);
    expect(causes[0]?.summary).toBe(
      '`time.time()` on line 3 of cell 0 reads the clock, which is different in every run.',
    );
  });

  it('is an operation without a deterministic form', () => {
    const { causes } = judged(...both({ operations: [{ op: 'scatter_add_', at: { cell: 0, line: 2 } }] }));
    expect(kinds(causes)).toEqual(['nondeterministic-operation likely']);
    const capped = judged([{ ...a(), operations: [{ op: 'scatter_add_' }] }], [a()]);
    expect(kinds(capped.cells[0]?.causes ?? [])).toEqual(['nondeterministic-operation certain']);
  });

  it('is an estimator whose threads add up in any order', () => {
    const { causes } = judged(...both({ operations: [{ op: 'sklearn.KMeans (threads)' }] }));
    expect(kinds(causes)).toEqual(['nondeterministic-operation likely']);
    expect(causes[0]?.summary).toBe(
      '`sklearn.KMeans (threads)` in cell 0 has no deterministic form on several threads, which add up in the order in which they finish, so it may give another result each time.',
    );
    expect(whatToDo(causes[0] as Cause)).toContain('Run under the policy `full`');
  });

  it('is a setting of an earlier cell that takes back what `full` sets', () => {
    const set = {
      ...a(),
      operations: [
        { op: 'torch.backends.cudnn.benchmark = True', lasting: true as const, at: { cell: 0, line: 2 } },
      ],
    };
    const { causes, cells } = judged([set, ...both({})[0]], [set, ...both({})[1]]);
    expect(cells[0]?.verdict).toBe('canonical');
    expect(kinds(causes)).toEqual(['nondeterministic-operation likely']);
    expect(causes[0]?.summary).toBe(
      '`torch.backends.cudnn.benchmark = True` in cell 0 takes back what the policy `full` sets, so cell 1 may give another result each time.',
    );
    expect(causes[0]?.evidence[0]?.where).toEqual({ cell: 0, line: 2 });
    expect(whatToDo(causes[0] as Cause)).toContain('`--strict`');
  });

  it('points at threads that add up as they finish', () => {
    const { causes } = judged(...both({ code: 'm.set_params(\n  n_jobs=2)\nprint(m.predict(x))' }));
    expect(kinds(causes)).toEqual(['nondeterministic-operation possible']);
    expect(causes[0]?.evidence[0]?.where).toEqual({ cell: 0, line: 2 });
    expect(kinds(judged(...both({ code: 'm.fit(n_jobs=1)' })).causes)).toEqual(['unknown possible']);
  });

  it.each(['rows.map(noise, num_parallel_calls=tf.data.AUTOTUNE)', 'rows.map(noise, deterministic=False)'])(
    'points at parallel work of tf.data: %s',
    (code) => {
      expect(kinds(judged(...both({ code })).causes)).toEqual(['nondeterministic-operation possible']);
    },
  );

  it('points at what torch adds up in no fixed order, on a GPU and on the processor', () => {
    const put = both({ code: 'x.index_put_((places,), rows, accumulate=True)' });
    expect(kinds(judged(...put).causes)).toEqual(['nondeterministic-operation possible']);
    const gpu = { environment: { gpus: [{ product: 'NVIDIA H100 80GB HBM3' }] } };
    const add = both({ code: 'x.index_add_(0, places, rows)' });
    expect(kinds(judged(...add).causes)).toEqual(['unknown possible']);
    expect(kinds(judged(...add, { original: gpu, replay: gpu }).causes)).toEqual([
      'nondeterministic-operation possible',
    ]);
  });

  it('is code that changed', () => {
    const original = [{ ...a('1'), code: 'print(1)' }];
    const { causes } = judged(original, [{ ...a('2'), code: 'print(2)' }]);
    expect(causes[0]).toMatchObject({
      kind: 'unknown',
      summary: 'Cell 0 does not hold the same code on both sides.',
    });
  });

  it('is unknown where nothing recorded differs, and says what was looked at', () => {
    const { causes } = judged(...both({ notObserved: ['%sql'] }));
    expect(kinds(causes)).toEqual(['unknown possible']);
    expect(causes[0]?.evidence.map(({ what }) => what).join()).toContain('generator states');
    expect(causes[0]?.evidence.at(-1)?.what).toBe('not observed: %sql');
  });

  it('is unknown without records', () => {
    const judgement = judge(notebookSide([a('1')]), [notebookSide([a('2')])]);
    expect(judgement.causes[0]?.summary).toContain('without a record on both sides');
  });

  it('is what a mask took out, where that is all', () => {
    const address = (at: string): CellSpec[] => [{ outputs: [stdout(`<o at ${at}>`)] }];
    const { cells, causes } = judged(address('0x7f01'), address('0x7f02'));
    expect(kinds(cells[0]?.causes ?? [])).toEqual(['volatile-output certain']);
    expect(cells[0]?.causes[0]?.summary).toBe('The results of cell 0 are equal apart from memory addresses.');
    expect(causes).toEqual([]);
    const packed = (content: string): CellSpec[] => [
      { files: [wrote('m.zip', content, { content: sha('same') })] },
    ];
    expect(judged(packed('1'), packed('2')).masks).toEqual(['file-content']);
  });
});

describe('a cause upstream', () => {
  const maker = (value: string, more: CellSpec = {}): CellSpec => ({ writes: [exact('x', value)], ...more });
  const user = (value: string): CellSpec => ({ ...a(value), readDigests: { x: sha(value) } });

  it('names the variable and the cell that it came from, and what went wrong there', () => {
    const unseeded = { entropy: [draw('uuid4', 'unreached')] };
    const judgement = judged([maker('1', unseeded), a(), user('1')], [maker('2', unseeded), a(), user('2')]);
    expect(judgement.firstDivergence?.index).toBe(0);
    const [cause] = judgement.cells[2]?.causes ?? [];
    expect(cause).toMatchObject({ kind: 'upstream', confidence: 'certain' });
    expect(cause?.summary).toBe('`x`, which cell 0 wrote, already differed when cell 2 read it.');
    expect(cause?.evidence.at(-1)).toEqual({ what: 'cell that differed first', where: { cell: 0 } });
  });

  it('leads to a cell that was not judged itself', () => {
    const clock = { clock: [{ call: 'time.time', at: { cell: 0, line: 1 } }] };
    const middle = (value: string): CellSpec => ({
      readDigests: { x: sha(value) },
      writes: [exact('y', value)],
    });
    const last = (value: string): CellSpec => ({ ...a(value), readDigests: { y: sha(value) } });
    const judgement = judged([maker('1', clock), a(), last('1')], [maker('2', clock), a(), last('2')]);
    expect(judgement.verdict).toBe('different');
    const chain = judged(
      [maker('1', clock), middle('1'), last('1')],
      [maker('2', clock), middle('2'), last('2')],
    );
    expect(chain.firstDivergence?.index).toBe(1);
    expect(kinds(chain.causes)).toEqual(['upstream certain', 'time likely']);
    expect(chain.cells[2]?.causes[0]?.evidence.at(-1)?.where).toEqual({ cell: 0 });
  });

  it('follows files from the cell that wrote them', () => {
    const writer = (value: string): CellSpec => ({
      files: [wrote('a.csv', value)],
      entropy: [draw('secrets', 'unreached')],
    });
    const reader = (value: string): CellSpec => ({ ...a(value), files: [read('a.csv', value)] });
    const judgement = judged([writer('1'), reader('1')], [writer('2'), reader('2')]);
    expect(kinds(judgement.cells[1]?.causes ?? [])).toEqual(['upstream certain']);
    expect(judgement.cells[1]?.causes[0]?.evidence[0]?.where).toEqual({ cell: 0, file: 'a.csv' });
  });

  it('follows a seeded generator to the cell that drew another number of times', () => {
    const rng = (before: string, after: string): CellSpec => ({
      rng: { before: { 'numpy.global': before }, after: { 'numpy.global': after } },
      entropy: [draw('numpy.global', 'seeded')],
    });
    const judgement = judged(
      [{ ...a(), ...rng('s', 't1') }, a(), { ...a('1'), ...rng('t1', 'u1') }],
      [{ ...a(), ...rng('s', 't2') }, a(), { ...a('2'), ...rng('t2', 'u2') }],
    );
    expect(judgement.causes[0]).toMatchObject({ kind: 'upstream', confidence: 'certain' });
    expect(judgement.causes[0]?.summary).toContain('The state of `numpy.global`, which cell 0 drew from,');
  });

  it('does not claim that an unequal pickle differs', () => {
    const fitted = (value: string): CellSpec => ({
      writes: [pickled('x', value)],
      entropy: [draw('torch', 'enforced')],
    });
    const judgement = judged([fitted('1'), user('1')], [fitted('2'), user('2')]);
    expect(kinds(judgement.cells[1]?.causes ?? [])).toEqual(['upstream likely']);
    expect(judgement.cells[1]?.causes[0]?.summary).toContain('may already have differed');
  });
});

describe('the order of execution', () => {
  const setter = (value: string): CellSpec => ({ writes: [exact('x', value)] });
  const user = (value: string): CellSpec => ({ ...a(value), reads: ['x'], readDigests: { x: sha(value) } });

  it('is likely where a later cell had written an input, and certain after the experiment', () => {
    const cells: [CellSpec[], CellSpec[]] = [
      [setter('1'), user('2'), setter('2')],
      [setter('1'), user('1'), setter('2')],
    ];
    const specs = { original: { order: [0, 2, 1] } };
    const { causes } = judged(...cells, specs);
    expect(kinds(causes)).toEqual(['order likely']);
    expect(causes[0]?.summary).toContain('The original ran cell 1 after cell 2, out of document order.');
    expect(causes[0]?.evidence[0]).toEqual({ what: 'order of execution', before: '0 2 1', after: '0 1 2' });
    const proven = judged(...cells, specs, { experiment: { executedRepeats: true, documentDoes: false } });
    expect(kinds(proven.causes)).toEqual(['order certain']);
    const disproven = judged(...cells, specs, {
      experiment: { executedRepeats: false, documentDoes: false },
    });
    expect(kinds(disproven.causes)).not.toContain('order certain');
  });

  it('is hidden state where a cell ran more than once', () => {
    const count = (value: string): CellSpec => ({ writes: [exact('x', value)], reads: ['x'] });
    const specs = { original: { order: [0, 0, 1] } };
    const { causes } = judged([count('2'), user('2')], [count('1'), user('1')], specs);
    expect(kinds(causes)).toEqual(['hidden-state likely']);
    expect(causes[0]?.summary).toBe('The original ran cell 0 more than once. `x` came from there.');
  });

  it('is hidden state where a cell has gone since', () => {
    const last = (value: string): CellSpec => ({ ...user(value), id: 'b', code: 'print(x)' });
    const { cells } = judged([{ ...setter('1'), id: 'gone' }, last('1')], [last('2')]);
    expect(kinds(cells[1]?.causes ?? [])).toEqual(['hidden-state likely']);
    expect(cells[0]?.causes[0]?.summary).toBe('Cell 0 is only in the original.');
  });
});

describe('what could not be compared', () => {
  it('is said after what explains it', () => {
    const cell = (value: string): CellSpec => ({
      ...a(),
      writes: [pickled('model', value)],
      entropy: [draw('numpy.global', 'unreached')],
    });
    const { causes } = judged([cell('1')], [cell('2')]);
    expect(kinds(causes)).toEqual(['unseeded-entropy certain', 'unknown certain']);
    expect(causes[1]?.summary).toContain('`model` could not be compared');
  });

  it('says that output was lost', () => {
    const { causes } = judged([{ ...a('long'), arrived: [stdout('lo')] }], [a('long')]);
    expect(causes.map(({ summary }) => summary)).toEqual([
      'Output of cell 0 was lost between the kernel and the executed copy of 20260101-000000-aaaaaa.',
    ]);
  });
});

it('has advice for every kind of cause', () => {
  const all: Cause['kind'][] = [
    'unseeded-entropy',
    'environment-drift',
    'data-drift',
    'hardware',
    'nondeterministic-operation',
    'hidden-state',
    'order',
    'time',
    'volatile-output',
    'upstream',
    'unknown',
  ];
  for (const kind of all) {
    expect(whatToDo({ kind, confidence: 'likely', summary: '', evidence: [] })).toMatch(/^[A-Z].*\.$/);
  }
});

it('blames no environment for what the header cannot know', () => {
  const header: Partial<RecordHeader> = { git: null };
  expect(judged([a()], [a()], { original: { header } }).causes).toEqual([]);
});
