import { describe, expect, it } from 'vitest';
import { parseLine, readVerdict } from '../../../../src/vscode/follow/lines';
import {
  beginRun,
  countDraws,
  DEFAULTS,
  drawsOf,
  failedCell,
  isChanged,
  isOutdated,
  newestOf,
  sessionOrder,
  type RunState,
  stepRun,
} from '../../../../src/vscode/follow/state';
import { draw, sha } from '../../replay/build';
import { recordText } from '../../lineage/build';
import {
  DOCUMENT,
  judgedState,
  LIVE,
  recordedLines,
  ORIGINAL,
  REPLAY,
  SOURCES,
  stateAfter,
  verdictText,
} from '../recorded';

function taken(text: string, run = '20260101-000000-aaaaaa'): RunState {
  const lines = text.trimEnd().split('\n');
  return lines.reduce(
    (state, line) => stepRun(state, { type: 'line', line: parseLine(line)!, digest: sha(line) }),
    beginRun(run),
  );
}

describe('the state of a run', () => {
  it('is what its record says so far', () => {
    const begun = stateAfter('original', ORIGINAL, 3);
    expect(begun).toMatchObject({ run: ORIGINAL, status: 'running', executions: 2 });
    expect(begun.header).toMatchObject({ policy: 'close', starter: 'runner', seed: { from: 'fresh' } });
    expect(begun.header?.environment.python.version).toBe('3.11.7');
    expect(stateAfter('original', ORIGINAL)).toMatchObject({ status: 'ok', executions: 4 });
    expect(stateAfter('live', LIVE)).toMatchObject({
      status: 'ok',
      executions: 4,
      header: { starter: 'agent' },
    });
  });

  it('knows which draws no seed reached, and where they stand', () => {
    const run = stateAfter('original', ORIGINAL);
    expect(drawsOf(run, 'unreached')).toEqual([
      { source: 'uuid4', count: 1, at: { index: 4, id: 'a4', line: 1 } },
      { source: 'uuid4', count: 1, at: { index: 4, id: 'a4', line: 2 } },
    ]);
    expect(drawsOf(run, 'enforced')).toEqual([
      { source: 'numpy.default_rng', count: 1, at: { index: 2, id: 'a2', line: 1 } },
    ]);
    expect(drawsOf(run, 'seeded')).toMatchObject([{ source: 'python.random', at: { id: 'a3', line: 2 } }]);
  });

  it('names the cell that holds the line, where a function of one cell draws in another', () => {
    const run = taken(
      recordText([{ id: 'def' }, { id: 'call', entropy: [draw('os.urandom', 'unreached', 2, 0)] }]),
    );
    expect(drawsOf(run, 'unreached')).toEqual([
      { source: 'os.urandom', count: 1, at: { index: 0, id: 'def', line: 2 } },
    ]);
  });

  it('forgets the draws of a cell that was run again without them', () => {
    const text = recordText(
      [{ entropy: [draw('uuid4', 'unreached')] }, { entropy: [draw('uuid4', 'unreached')] }],
      { order: [0, 1] },
    );
    const lines = text.trimEnd().split('\n');
    const again = lines[1]!.replace(/"entropy":\[[^\]]*\]/, '"entropy":[]').replace('"seq":0', '"seq":2');
    expect(countDraws(taken(text), 'unreached')).toBe(2);
    expect(countDraws(taken([...lines.slice(0, 3), again].join('\n')), 'unreached')).toBe(1);
  });

  it('counts the draws of one line together', () => {
    const twice = { ...draw('numpy.global', 'unreached', 3, 0), count: 5 };
    const run = taken(recordText([{ entropy: [twice, draw('numpy.global', 'unreached', 3, 0)] }]));
    expect(drawsOf(run, 'unreached')).toEqual([
      { source: 'numpy.global', count: 6, at: { index: 0, id: 'id0', line: 3 } },
    ]);
    expect(countDraws(run, 'unreached')).toBe(6);
  });

  it('tells how the run ended, and who raised', () => {
    const error = { ename: 'ValueError', evalue: 'no' };
    const raised = taken(recordText([{}, { status: 'error', error }], { summary: { status: 'error' } }));
    expect(raised.status).toBe('error');
    expect(failedCell(raised)).toMatchObject({ index: 1, ename: 'ValueError' });
    const died = { index: 1, id: 'id1', signal: 'SIGKILL' };
    expect(taken(recordText([{}], { summary: { status: 'died', died } }))).toMatchObject({
      status: 'died',
      died,
    });
  });

  it('is incomplete when nothing writes the record any more, and not after a summary', () => {
    const open = stateAfter('original', ORIGINAL, 3);
    const left = stepRun(open, { type: 'writer', alive: false });
    expect(left.status).toBe('incomplete');
    expect(stepRun(left, { type: 'writer', alive: true }).status).toBe('running');
    expect(stepRun(stateAfter('original', ORIGINAL), { type: 'writer', alive: false }).status).toBe('ok');
  });

  it('passes over lines that it does not know, and fields of a wrong kind', () => {
    const line = {
      type: 'cell',
      index: 0,
      id: 'x',
      source: 's',
      entropy: [{ source: 1 }, draw('uuid4', 'unreached')],
    };
    const run = stepRun(beginRun(ORIGINAL), { type: 'line', line, digest: 'd' });
    expect(countDraws(run, 'unreached')).toBe(1);
    expect(stepRun(run, { type: 'line', line: { type: 'later' }, digest: 'e' })).toEqual({
      ...run,
      lastLine: 'e',
    });
    const broken = { type: 'header', schema: 'reprise/record/1', cells: [null] };
    expect(stepRun(run, { type: 'line', line: broken, digest: 'f' }).header).toBeUndefined();
  });
});

describe('a verdict', () => {
  it('of a replay counts for its original', () => {
    expect(judgedState().verdict).toMatchObject({
      replay: REPLAY,
      verdict: 'different',
      firstDivergence: { index: 4, id: 'a4' },
    });
    expect(judgedState().verdict?.cause).toMatch(/uuid\.uuid4\(\)/);
  });

  it('of another run changes nothing, nor does one of an earlier replay', () => {
    const run = stateAfter('live', LIVE);
    const verdict = readVerdict(verdictText)!;
    expect(stepRun(run, { type: 'verdict', replay: REPLAY, verdict })).toBe(run);
    const judged = judgedState();
    const earlier = { ...verdict, verdict: 'identical' as const };
    expect(stepRun(judged, { type: 'verdict', replay: '20261125-202347-000000', verdict: earlier })).toBe(
      judged,
    );
    const later = stepRun(judged, { type: 'verdict', replay: '20261125-202349-000000', verdict: earlier });
    expect(later.verdict?.verdict).toBe('identical');
  });

  it('is outdated once another cell ran, and not by the summary of the same cells', () => {
    const verdict = readVerdict(verdictText)!;
    const whole = stateAfter('original', ORIGINAL);
    const judgedAt = (root: string | undefined) =>
      stepRun(whole, { type: 'verdict', replay: REPLAY, verdict: { ...verdict, ...(root ? { root } : {}) } });
    expect(isOutdated(judgedState())).toBe(false);
    expect(isOutdated(judgedAt(whole.lastCell))).toBe(false);
    expect(isOutdated(judgedAt(stateAfter('original', ORIGINAL, 3).lastLine))).toBe(true);
  });

  it.each([
    '',
    'null',
    '[]',
    '{"schema":"reprise/verdict/2"}',
    '{"schema":"reprise/verdict/1","verdict":"toString"}',
  ])('is not read from %j', (text) => expect(readVerdict(text)).toBeUndefined());
});

describe('the order of a session', () => {
  const [header, ...rest] = recordedLines('live');
  const after = (...cells: number[]) => taken([header!, ...cells.map((cell) => rest[cell - 1]!)].join('\n'));

  it('has each cell where it ran first, and where it ran last', () => {
    expect(sessionOrder(after(3, 1, 2))).toEqual(['a3', 'a1', 'a2']);
    expect(sessionOrder(after(1, 2, 1, 3, 1))).toEqual(['a1', 'a2', 'a3', 'a1']);
  });

  it('is none once the kernel has ended, and none of a headless run', () => {
    expect(sessionOrder(stateAfter('live', LIVE))).toEqual([]);
    expect(sessionOrder(stateAfter('original', ORIGINAL, 3))).toEqual([]);
  });
});

describe('the newest run', () => {
  const state = (run: string, startedAt: string, executed?: string): RunState => ({
    ...beginRun(run),
    header: { ...stateAfter('live', LIVE).header!, startedAt },
    ...(executed ? { executions: 1, lastExecution: executed } : {}),
  });

  it('is the one in which a cell ran last', () => {
    const session = state('a', '2026-11-25T10:00:00Z', '2026-11-25T12:00:00Z');
    const headless = state('b', '2026-11-25T11:00:00Z', '2026-11-25T11:00:01Z');
    expect(newestOf([headless, session])?.run).toBe('a');
  });

  it('is not a kernel that has run nothing yet', () => {
    const before = state('a', '2026-11-25T10:00:00Z', '2026-11-25T10:00:01Z');
    expect(newestOf([state('b', '2026-11-25T11:00:00Z'), before])?.run).toBe('a');
    expect(newestOf([state('b', '2026-11-25T11:00:00Z')])).toBeUndefined();
  });
});

describe('a notebook', () => {
  const run = stateAfter('original', ORIGINAL);

  it('is unchanged as long as it holds what ran', () => {
    expect(isChanged({ ...DEFAULTS, run, document: DOCUMENT })).toBe(false);
    expect(isChanged({ ...DEFAULTS, run })).toBe(false);
  });

  it.each([
    ['a cell was edited', DOCUMENT.map((cell) => (cell.id === 'a2' ? { ...cell, source: sha('x') } : cell))],
    ['a cell was deleted', DOCUMENT.slice(1)],
    ['a cell was added', [...DOCUMENT, { id: 'new', source: sha('print()') }]],
  ])('is changed when %s', (_what, document) => {
    expect(isChanged({ ...DEFAULTS, run, document })).toBe(true);
  });

  it('whose kernel is live may have cells that did not run', () => {
    const live = stateAfter('live', LIVE, 3);
    expect(isChanged({ ...DEFAULTS, run: live, document: DOCUMENT })).toBe(false);
    const edited = DOCUMENT.map((cell) =>
      cell.id === 'a1' ? { ...cell, source: sha(`${SOURCES['a1']} ;`) } : cell,
    );
    expect(isChanged({ ...DEFAULTS, run: live, document: edited })).toBe(true);
  });

  it('does not hold the cell that parameters were injected in', () => {
    const cells = [
      { id: 'a', code: 'alpha = 1' },
      { id: 'injected-parameters', code: 'alpha = 2' },
    ];
    const injected = taken(recordText(cells));
    expect(isChanged({ ...DEFAULTS, run: injected, document: [{ id: 'a', source: sha('alpha = 1') }] })).toBe(
      false,
    );
  });
});
