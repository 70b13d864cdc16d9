import { describe, expect, it } from 'vitest';
import { asSeal, readSeal, type Sealed, type SealedCell } from '../../../src/notebook/seal';
import { readSidecar, SidecarError, writeSidecar } from '../../../src/notebook/sidecar';
import { judge, type JudgeOptions } from '../../../src/replay/compare/judge';
import { makeSeal, type RecordedSide } from '../../../src/replay/seal/make';
import { sealSide } from '../../../src/replay/seal/side';
import { sealState } from '../../../src/replay/seal/state';
import { cellDigest } from '../../../src/notebook/digest';
import { display, draw, exact, FINGERPRINT, read, result, sha, side, stdout, wrote, type CellSpec, type RunSpec } from './build'; // prettier-ignore

const COVERED = { outputs: 1, files: 0, variables: { compared: 0, uncompared: 0 }, runs: 1 };
const JUDGED = { verdict: 'identical' as const, covered: COVERED };

const run = (cells: CellSpec[], spec: RunSpec = {}): RecordedSide => side(cells, spec) as RecordedSide;

/** A seal of two runs alike, or of the two that are given. */
function sealed(cells: CellSpec[], spec: RunSpec = {}, again = cells): Sealed {
  const seal = makeSeal([run(cells, spec), run(again, { ...spec, run: '20260101-000001-bbbbbb' })], JUDGED);
  return throughSidecar(seal);
}

/** As it is after a trip through the file. */
function throughSidecar(seal: Sealed): Sealed {
  const settings = { seed: 'fresh' as const, policy: 'close' as const };
  return readSeal(
    readSidecar(writeSidecar({ schema: 'reprise/notebook/1', settings, seal: asSeal(seal) })).seal!,
  );
}

function against(seal: Sealed, cells: CellSpec[], options: JudgeOptions = {}, spec: RunSpec = {}) {
  const replay = run(cells, spec);
  return judge(sealSide(seal, 'study.repro.json', replay), [replay], options);
}

const edited = (seal: Sealed, cell: number, change: Partial<SealedCell>): Sealed => ({
  ...seal,
  cells: seal.cells.map((each, i) => (i === cell ? { ...each, ...change } : each)),
});

const loss = (value: string): CellSpec => ({ code: 'print(loss)', outputs: [stdout(`loss ${value}\n`)] });

describe('a seal', () => {
  it('is the same bytes for runs with the same results, whenever and wherever they were', () => {
    const cells = [loss('0.25'), { files: [wrote('out.csv', 'a')] }];
    const [one, other] = [
      sealed(cells, { header: { startedAt: '2026-01-01T00:00:00Z' } }),
      sealed(cells, { run: '20270101-000000-cccccc', header: { startedAt: '2027-01-01T00:00:00Z' }, prefix: '/opt/env' }),
    ]; // prettier-ignore
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });

  it('holds the raw digest where all runs had it, else the canonical one, and the first numbers', () => {
    const [at, elsewhere] = ['<A at 0x7f01>', '<A at 0x7f02>'].map((shown) => [{ outputs: [result({ 'text/plain': shown })] }, loss('1')]); // prettier-ignore
    const [object, printed] = sealed(at!, {}, elsewhere).cells;
    expect(object).toMatchObject({ canonical: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(object).not.toHaveProperty('raw');
    expect(printed).toMatchObject({ raw: expect.any(String) as string, numbers: ['1'] });
    expect(printed).not.toHaveProperty('canonical');
  });

  it('has nothing of the outputs of a cell declared volatile, and of no file outside the root', () => {
    const [cell] = sealed([
      {
        code: '# reprise: volatile clock\nprint(1)',
        outputs: [stdout('12:30\n')],
        files: [read('~/data.csv', 'x'), { ...read('big.bin', 'y'), outside: true }, wrote('a.txt', 'z')],
      },
    ]).cells;
    expect(Object.keys(cell!)).toEqual(['index', 'id', 'source', 'volatile', 'outputs', 'files']);
    expect(cell!.files!.map(({ path }) => path)).toEqual(['a.txt']);
  });

  it('keeps at most 64 numbers, and stays below 80 kB for 100 cells that print, read and write much', () => {
    const numbers = (n: number) => Array.from({ length: n }, (_, i) => String(i / 7)).join(' ');
    const short = sealed([{ outputs: [stdout(Array.from({ length: 90 }, (_, i) => i % 10).join(' '))] }]);
    expect(short.cells[0]!.numbers).toHaveLength(64);
    const cells = Array.from({ length: 100 }, (_, i) => ({
      outputs: [stdout(numbers(200)), display({ 'text/plain': numbers(50) })],
      files: [wrote(`results/cell-${i}.csv`, String(i)), read(`data/part-${i}.csv`, String(i))],
    }));
    const seal = sealed(cells);
    const settings = { seed: 'fresh' as const, policy: 'close' as const };
    const text = writeSidecar({ schema: 'reprise/notebook/1', settings, seal: asSeal(seal) });
    expect(seal.cells.every((cell) => (cell.numbers?.length ?? 0) > 0)).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(80_000);
  });

  it('that no version wrote so is refused, with what to do', () => {
    const seal = { ...sealed([loss('1')]), cells: [{ index: 0, id: 'a', source: 'x', outputs: 1 }] };
    expect(() => readSeal(asSeal(seal))).toThrow(SidecarError);
    expect(() => readSeal(asSeal(seal))).toThrow(/seal\.cells\[0\]\.source is not one: "x".*reprise seal/);
    expect(() => readSeal({ cells: [] })).toThrow(/seal\.canon is missing/);
  });
});

describe('judged against a seal', () => {
  it('the same outputs are identical, and the seal is named as the original', () => {
    const judgement = against(sealed([loss('0.25')]), [loss('0.25')]);
    expect(judgement).toMatchObject({
      verdict: 'identical',
      original: 'study.repro.json',
      causes: [],
      environment: [],
      covered: { outputs: 1 },
    });
    expect(judgement.by.runs[0]).toMatchObject({ run: 'study.repro.json', ranBy: 'seal' });
  });

  it('outputs that differ in an address are canonical', () => {
    const at = (address: string): CellSpec => ({ outputs: [result({ 'text/plain': `<A at ${address}>` })] });
    const alike = sealed([at('0x7f01')]);
    expect(alike.cells[0]).toHaveProperty('raw');
    expect(against(alike, [at('0x7f99')])).toMatchObject({ verdict: 'canonical', masks: ['address'] });
    expect(against(sealed([at('0x7f01')], {}, [at('0x7f02')]), [at('0x7f01')]).verdict).toBe('canonical');
  });

  it('a number is close only where a tolerance is set, and only if it was sealed', () => {
    const seal = sealed([loss('0.25')]);
    const tolerance = { rtol: 1e-2, atol: 0 };
    expect(against(seal, [loss('0.2501')]).verdict).toBe('different');
    expect(against(seal, [loss('0.2501')], { tolerance }).verdict).toBe('within-tolerance');
    expect(against(seal, [loss('0.35')], { tolerance }).verdict).toBe('different');
    expect(against(seal, [{ ...loss('0.2501'), outputs: [stdout('cost 0.2501\n')] }], { tolerance }).verdict).toBe('different');
    const many = (last: string): CellSpec => ({ outputs: [stdout(`${'1 '.repeat(64)}${last}\n`)] });
    expect(against(sealed([many('1')]), [many('1.001')], { tolerance }).verdict).toBe('different');
    expect(against(seal, [loss('0.25 ')], { tolerance }).verdict).toBe('different');
  }); // prettier-ignore

  it('text that changed sides of a display is different', () => {
    const around = (...texts: string[]): CellSpec => ({ outputs: [stdout(texts[0]!), display({ 'text/plain': 'd' }), stdout(texts[1]!)] }); // prettier-ignore
    const seal = sealed([around('a', 'b')]);
    expect(against(seal, [around('a', 'b')]).verdict).toBe('identical');
    expect(against(seal, [around('ab', '')]).verdict).toBe('different');
  });

  it.each<[string, Partial<SealedCell>]>([
    ['a number', { numbers: ['0.26'] }],
    ['a number taken away', { numbers: [] }],
    ['the digest', { raw: 'f'.repeat(64) }],
    ['the digest of the rest', { rest: 'f'.repeat(64) }],
    ['a file taken away', { files: undefined }],
    ['called volatile', { volatile: true, raw: undefined, numbers: undefined, rest: undefined }],
  ])('a seal whose cell was edited is different there: %s', (_, change) => {
    const cells = [loss('0.5'), { ...loss('0.25'), files: [wrote('a.txt', 'a')] }];
    const seal = edited(sealed(cells), 1, change);
    const judgement = against(seal, cells, { tolerance: { rtol: 1, atol: 1 } });
    expect(judgement).toMatchObject({
      verdict: 'different',
      firstDivergence: { index: 1 },
    });
    expect(judgement.cells[0]!.verdict).toBe('identical');
  });

  it('a file that a cell wrote is judged by its bytes, or by what it contains', () => {
    const zip = (bytes: string, content: string): CellSpec => ({
      files: [wrote('a.zip', bytes, { content: sha(content) })],
    });
    expect(against(sealed([zip('x', 'c')]), [zip('x', 'c')]).verdict).toBe('identical');
    expect(against(sealed([zip('x', 'c')]), [zip('y', 'c')]).verdict).toBe('canonical');
    expect(against(sealed([zip('x', 'c')], {}, [zip('y', 'c')]), [zip('z', 'c')]).verdict).toBe('canonical');
    expect(against(sealed([zip('x', 'c')]), [zip('y', 'd')]).verdict).toBe('different');
    expect(against(sealed([zip('x', 'c')]), [{}]).verdict).toBe('different');
  });

  it('a cell that was changed cannot be told to be the same, and is said to be changed', () => {
    const seal = sealed([loss('0.5'), loss('0.25')]);
    const judgement = against(seal, [{ ...loss('0.5'), code: 'print(loss)  # again' }, loss('0.25')]);
    expect(judgement).toMatchObject({ verdict: 'unverifiable', firstDivergence: { index: 0 } });
    expect(judgement.causes.map(({ summary }) => summary)).toEqual(['Cell 0 was changed since the notebook was sealed.']);
    const other = against(seal, [{ ...loss('0.7'), code: 'print(2 * loss)' }, loss('0.25')]);
    expect(other).toMatchObject({ verdict: 'different', firstDivergence: { index: 0 } });
  }); // prettier-ignore

  it('a cell that is new, or gone, is unverifiable', () => {
    const seal = sealed([loss('0.5'), loss('0.25')]);
    expect(against(seal, [loss('0.5'), loss('0.25'), { id: 'new' }]).verdict).toBe('unverifiable');
    expect(against(seal, [loss('0.5')]).verdict).toBe('unverifiable');
  });

  it('a cell that is gone is not taken for the one that has its key by now', () => {
    const old = (index: number, code: string, printed: string): CellSpec => ({ id: `cell-${index}`, index, code, outputs: [stdout(printed)] }); // prettier-ignore
    const seal = sealed([old(0, 'a', '1'), old(1, 'b', '2'), old(2, 'c', '3')]);
    const judgement = against(seal, [old(0, 'a', '1'), old(1, 'c', '3')]);
    expect(judgement.cells.map(({ index, verdict }) => [index, verdict])).toEqual([[0, 'identical'], [1, 'identical'], [1, 'unverifiable']]); // prettier-ignore
    expect(judgement.causes[0]?.summary).toBe('Cell 1 is only in the seal.');
  });

  it('data that drifted is the cause, and leads from the cell that differs to the one that read it', () => {
    const cells = (data: string, printed: string): CellSpec[] => [
      { files: [read('data.csv', data)], writes: [exact('df', data)] },
      { code: 'mean = df.mean()', reads: ['df'], writes: [exact('mean', printed)] },
      { code: 'print(mean)', reads: ['mean'], outputs: [stdout(printed)] },
    ];
    const seal = sealed(cells('1', '1\n'));
    expect(against(seal, cells('1', '1\n')).verdict).toBe('identical');
    const judgement = against(seal, cells('2', '2\n'));
    expect(judgement).toMatchObject({ verdict: 'different', firstDivergence: { index: 0 } });
    expect(judgement.causes[0]).toMatchObject({
      kind: 'data-drift',
      confidence: 'certain',
      summary: '`data.csv`, which cell 0 reads, is not what was sealed.',
    });
    expect(judgement.cells[2]!.causes[0]).toMatchObject({
      kind: 'upstream',
      summary: '`mean`, which cell 1 wrote, may already have differed when cell 2 read it.',
    });
    expect(against(seal, cells('2', '1\n')).verdict).toBe('unverifiable');
  });

  it('data from elsewhere is sealed by its version, and one that changed is the cause', () => {
    const cells = (etag: string, printed: string, modified = 'Thu'): CellSpec[] => [
      {
        data: [
          { kind: 'url', name: 'https://data.example/a.csv', version: { etag, modified } },
          { kind: 'sql', name: 'sqlite:own.db', query: 'select 1', version: { rows: '1' }, own: true },
        ],
        outputs: [stdout(printed)],
      },
    ];
    const seal = sealed(cells('"v1"', '1\n'));
    expect(seal.cells[0]?.data).toEqual([
      { kind: 'url', name: 'https://data.example/a.csv', version: { etag: '"v1"' } },
    ]);
    expect(against(seal, cells('"v1"', '1\n', 'Fri')).verdict).toBe('identical');
    const judgement = against(seal, cells('"v2"', '2\n'));
    expect(judgement.verdict).toBe('different');
    expect(judgement.causes[0]).toMatchObject({
      kind: 'data-drift',
      confidence: 'certain',
      summary: '`https://data.example/a.csv`, which cell 0 reads, has another version than was sealed.',
    });
  });

  it('data that drifted is only a likely cause where something else may have differed too', () => {
    const cells = (data: string, printed: string, more: CellSpec = {}, first = '0\n'): CellSpec[] => [
      { outputs: [stdout(first)] },
      { files: [read('data.csv', data)], outputs: [stdout(printed)], ...more },
    ];
    const seal = sealed(cells('1', '1\n'));
    const confidence = (...now: Parameters<typeof cells>): string[] =>
      against(seal, cells(...now)).cells[1]!.causes.flatMap(({ kind, confidence: each }) =>
        kind === 'data-drift' ? [each] : [],
      );
    expect(confidence('2', '2\n')).toEqual(['certain']);
    expect(confidence('2', '2\n', { notObserved: ['names in exec()'] })).toEqual(['likely']);
    expect(confidence('2', '2\n', { clock: [{ call: 'time.time' }] })).toEqual(['likely']);
    const outside = { ...read('~/more.csv', 'x'), outside: true as const };
    expect(confidence('2', '2\n', { files: [read('data.csv', '2'), outside] })).toEqual(['likely']);
    expect(confidence('2', '2\n', {}, '9\n')).toEqual(['likely']);
  });

  it('an environment that is another one is named as far as a seal knows', () => {
    const seal = sealed([loss('0.5')]);
    const environment = { packages: { ...FINGERPRINT.packages, numpy: '2.3.0' }, cpu: { ...FINGERPRINT.cpu, model: 'Xeon' } };
    const judgement = against(seal, [loss('0.6')], {}, { environment });
    expect(judgement.environment.map(({ what }) => what).sort()).toEqual(['cpu model', 'packages']);
    expect(judgement.causes.map(({ kind }) => kind).sort()).toEqual(['environment-drift', 'hardware']);
    const tools = { packages: { ...FINGERPRINT.packages, ipykernel: '7.0.0' } };
    expect(against(seal, [loss('0.5')], {}, { environment: tools }).environment).toEqual([]);
  }); // prettier-ignore

  it('variables count where randomness that no seed reached makes the verdict depend on them', () => {
    const drawn = (value: string): CellSpec[] => [
      { entropy: [draw('os.urandom', 'unreached')], writes: [exact('n', value)], outputs: [stdout('ok\n')] },
    ];
    const seal = sealed(drawn('a'));
    expect(against(seal, drawn('a')).verdict).toBe('identical');
    expect(against(seal, drawn('b')).verdict).toBe('different');
  });
});

describe('the state of a seal', () => {
  const sidecar = (seal: Sealed) => ({ schema: 'reprise/notebook/1' as const, settings: { seed: 'fresh' as const, policy: 'close' as const }, seal: asSeal(seal) }); // prettier-ignore
  const cell = (index: number, code: string, id = `id${index}`) => ({ index, id, digest: cellDigest(code), isBlank: code === '' }); // prettier-ignore
  const seal = sealed([{ code: 'a' }, { code: 'b' }]);

  it('is none, sealed, or changed, with the cells that changed', () => {
    expect(sealState(null, [])).toEqual({ state: 'none' });
    expect(sealState(sidecar(seal), [cell(0, 'a'), cell(1, 'b')])).toMatchObject({ state: 'sealed', covered: COVERED, pin: 'unpinned' }); // prettier-ignore
    expect(sealState(sidecar(seal), [cell(0, 'a'), cell(1, 'c')])).toMatchObject({ state: 'changed', changed: [1], gone: [] }); // prettier-ignore
    expect(sealState(sidecar(seal), [cell(0, 'a')])).toMatchObject({
      state: 'changed',
      changed: [],
      gone: [1],
    });
  });

  it('is not changed by cells of text that move the others, nor by empty ones', () => {
    const moved = [cell(1, 'a', 'id0'), cell(2, '', 'new'), cell(4, 'b', 'id1')];
    expect(sealState(sidecar(seal), moved)).toMatchObject({ state: 'sealed' });
    expect(sealState(sidecar(seal), [cell(0, 'b', 'id1'), cell(1, 'a', 'id0')])).toMatchObject({ state: 'changed' }); // prettier-ignore
  });
});
