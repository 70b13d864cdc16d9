import { describe, expect, it } from 'vitest';
import type { State } from '../../../../src/lineage/stale/state';
import { staleInputs } from '../../../../src/vscode/stale/inputs';
import { staleItem } from '../../../../src/vscode/stale/words';
import { DEFAULTS } from '../../../../src/vscode/follow/state';
import { statusOf } from '../../../../src/vscode/status/words';

const state: State = {
  order: ['a', 'b', 'c'],
  writers: {},
  cells: {
    a: { status: 'stale', reasons: [{ type: 'never-executed' }] },
    b: {
      status: 'stale',
      reasons: [
        { type: 'upstream-stale', variable: 'x', cell: 'a' },
        { type: 'input-changed', file: 'data/in.csv' },
        { type: 'writer-deleted', variable: 'y', cell: 'gone' },
      ],
    },
    c: { status: 'clean', reasons: [] },
  },
};

describe('below a cell', () => {
  it('stands why it is stale: the first reason, and all of them on hovering and for a screen reader', () => {
    expect(staleItem(state, 'b', true)).toEqual({
      text: '$(warning) Stale: x comes from a stale cell (cell 0) (+2)',
      tooltip:
        'A run from the top might not give this output:\n• x comes from a stale cell (cell 0)\n• data/in.csv changed\n• the cell that wrote y was deleted\nClick to see what it came from.',
      spoken:
        'Stale: x comes from a stale cell (cell 0); data/in.csv changed; the cell that wrote y was deleted. Shows what it came from.',
    });
  });

  it('stands nothing where it is clean, or where it has not run and shows nothing', () => {
    expect(staleItem(state, 'c', true)).toBeUndefined();
    expect(staleItem(state, 'a', false)).toBeUndefined();
    expect(staleItem(state, 'none', true)).toBeUndefined();
    expect(staleItem(state, 'a', true)?.text).toBe('$(warning) Stale: never ran');
  });
});

it('the status bar counts stale cells, and is silent where there are none', () => {
  expect(statusOf({ ...DEFAULTS, stale: 2 }).text).toBe('close · fresh seed · 2 stale');
  expect(statusOf({ ...DEFAULTS, stale: 0 }).text).toBe('close · fresh seed');
});

describe('before cells run on stale values', () => {
  it('the cells are named that would have to run first', () => {
    expect(staleInputs({ cells: ['a', 'b', 'c'], empty: false }, ['c'], state.order)).toEqual({
      message: 'This would run on stale values.',
      detail:
        'What it reads is not what a run from the top would find there. Not run, or stale, or overwritten since: cell 0, cell 1. The policy is full, so you are asked, once for this kernel.',
      buttons: ['Run Upstream First', 'Run Anyway'],
    });
  });

  it('nothing is offered to run where only an empty kernel would do', () => {
    const { detail, buttons } = staleInputs({ cells: ['c'], empty: 'values' }, ['c'], state.order)!;
    expect(detail).toMatch(/^Only an empty kernel has what a run from the top would find there/);
    expect(buttons).toEqual(['Run Anyway']);
  });

  it('nothing is asked where all of them run, or none is needed', () => {
    expect(staleInputs({ cells: ['a', 'b'], empty: false }, ['a', 'b'], state.order)).toBeUndefined();
    expect(staleInputs({ cells: ['b'], empty: false }, ['b'], state.order)).toBeUndefined();
    // Random numbers that go on are no stale input.
    expect(staleInputs({ cells: ['b'], empty: 'streams' }, ['b'], state.order)).toBeUndefined();
  });
});
