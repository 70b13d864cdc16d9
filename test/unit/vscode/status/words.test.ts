import { describe, expect, it } from 'vitest';
import type { Policy } from '../../../../src/lineage/record';
import { DEFAULTS, type NotebookState, type RunState } from '../../../../src/vscode/follow/state';
import { scriptStatus, statusOf } from '../../../../src/vscode/status/words';
import { DOCUMENT, judgedState, ORIGINAL, SEAL, stateAfter } from '../recorded';

const none = new Map<never, never>();
const run = stateAfter('original', ORIGINAL);
const header = run.header!;
/** A run that drew nothing that could not be had again. */
const clean: RunState = { ...run, cells: none };

function judged(verdict: NonNullable<RunState['verdict']>['verdict'], more = {}): RunState {
  return { ...clean, verdict: { ...judgedState().verdict!, verdict, firstDivergence: null, ...more } };
}

function textOf(state: Partial<NotebookState>): string {
  const { level, text } = statusOf({ ...DEFAULTS, ...state });
  return `${level}: ${text}`;
}

describe('the status', () => {
  it('before any run is what the next one is under', () => {
    expect(textOf({})).toBe('neutral: close · fresh seed');
    expect(textOf({ policy: 'full', seed: 7 })).toBe('neutral: full · seed 7');
    expect(textOf({ policy: 'full', seed: -3 })).toBe('neutral: full · seed -3');
  });

  it('names no seed under observe, where none acts', () => {
    expect(textOf({ policy: 'observe', seed: 7 })).toBe('neutral: observe');
  });

  it('of a run without a verdict claims nothing', () => {
    expect(textOf({ run: clean })).toBe('neutral: close · fresh seed');
    expect(textOf({ run: { ...clean, status: 'running' } })).toBe('neutral: close · fresh seed');
  });

  it.each([
    ['identical', [], 'good: close · fresh seed · Same'],
    ['canonical', ['address', 'timing'], 'good: close · fresh seed · Same apart from addresses, timings'],
    ['within-tolerance', [], 'good: close · fresh seed · Close'],
    ['unverifiable', [], 'unsure: close · fresh seed · Cannot tell'],
  ] as const)('of a run judged %s says so', (verdict, masks, text) => {
    expect(textOf({ run: judged(verdict, { masks }) })).toBe(text);
  });

  it('says whether what was sealed is what stands there', () => {
    const cells = DOCUMENT.map((cell, index) => ({ ...cell, index, outputs: 0 }));
    const seal = { ...SEAL, cells };
    expect(textOf({ seal })).toBe('neutral: close · fresh seed · sealed');
    expect(textOf({ seal, document: DOCUMENT, run: judged('identical') })).toBe(
      'good: close · fresh seed · Same · sealed',
    );
    expect(textOf({ seal, document: DOCUMENT.slice(1) })).toBe(
      'neutral: close · fresh seed · changed since sealed',
    );
  });

  it('names the first cell that differs', () => {
    expect(textOf({ run: judgedState() })).toBe('bad: close · fresh seed · Different from cell 4');
  });

  it('warns of draws that no seed reached, also where the replay was the same', () => {
    expect(textOf({ run })).toBe('warning: close · fresh seed · 2 draws no seed reached');
    const same = { ...judged('identical'), cells: run.cells };
    expect(textOf({ run: same })).toBe('warning: close · fresh seed · 2 draws no seed reached');
    const observed = { ...run, header: { ...header, policy: 'observe' as Policy } };
    expect(textOf({ policy: 'observe', run: observed })).toBe('warning: observe · 2 draws no seed reached');
  });

  it('warns of a pin from which nothing can be built, and notes a run that differs from the pin', () => {
    const pin = {
      lock: 'pylock.study.toml',
      python: '3.11.7',
      packages: new Map([['numpy', '1.0.0']]),
      isBuilt: true,
    };
    expect(textOf({ pin })).toBe('neutral: close · fresh seed');
    expect(textOf({ pin: { ...pin, problem: 'The lock is not there.' } })).toBe(
      'warning: close · fresh seed · pin cannot be restored',
    );
    expect(textOf({ pin, run: judged('identical') })).toBe('good: close · fresh seed · Same · not as pinned');
  });

  it('says where the kernel died, and what raised', () => {
    const died: RunState = { ...clean, status: 'died', died: { index: 3 } };
    expect(textOf({ run: died })).toBe('bad: close · fresh seed · kernel died in cell 3');
    const cells = new Map([
      ['a', { id: 'a', index: 2, status: 'error' as const, source: '', entropy: [], first: 0, last: 0 }],
    ]);
    expect(textOf({ run: { ...clean, cells } })).toBe('neutral: close · fresh seed · cell 2 raised');
  });

  it('drops a verdict that is about an earlier version of the notebook, or of the record', () => {
    const same = { ...judged('identical'), cells: none };
    const document = DOCUMENT.slice(1);
    expect(textOf({ run: { ...same, header: { ...header, cells: header.cells } }, document })).toBe(
      'neutral: close · fresh seed',
    );
    expect(textOf({ run: judged('identical', { root: 'earlier' }) })).toBe('neutral: close · fresh seed');
  });

  it('shows what the run was under, and what the next is under when that was changed', () => {
    expect(textOf({ run: judgedState(), policy: 'full', seed: 7 })).toBe(
      'bad: close · fresh seed · Different from cell 4 · next full, seed 7',
    );
    const fixed = { ...clean, header: { ...header, seed: { value: '7', from: 'notebook' as const } } };
    expect(textOf({ run: fixed, seed: 7 })).toBe('neutral: close · seed 7');
    const large = { ...clean, header: { ...header, seed: { value: '-ff', from: 'option' as const } } };
    expect(textOf({ run: large })).toBe('neutral: close · seed -255 · next close, fresh seed');
  });

  it('says that the settings cannot be read before anything else', () => {
    expect(textOf({ problem: 'The sidecar is not valid JSON.', run: judgedState() })).toBe(
      'bad: close · fresh seed · settings cannot be read',
    );
  });

  it('is spoken without symbols', () => {
    expect(statusOf({ ...DEFAULTS, run }).spoken).toBe('Reprise: close, fresh seed, 2 draws no seed reached');
  });
});

describe('the status of a script', () => {
  it('is what lint counts, and nothing where that is nothing', () => {
    expect(scriptStatus(undefined)).toBeUndefined();
    expect(scriptStatus({ findings: 0, unreached: 0 })).toBeUndefined();
    expect(scriptStatus({ findings: 2, unreached: 2 })).toEqual({
      level: 'neutral',
      text: '2 unseeded',
      spoken: 'Reprise: 2 unseeded',
      hover: '2 findings of randomness that no seed reaches',
    });
  });
});
