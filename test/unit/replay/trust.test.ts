import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/replay/compare/judge';
import { trustOf } from '../../../src/replay/trust';
import { type CellSpec, notebookSide, side, stdout } from './build';

const hello: CellSpec[] = [{ outputs: [stdout('hello\n')] }];
const REPLAY = { run: '20260101-000100-bbbbbb' };
const original = side(hello);
const replay = (cells: CellSpec[], ranBy = 'local') => ({ ...side(cells, REPLAY), ranBy });

describe('the level of trust', () => {
  it('is that of a record until somebody replays it', () => {
    expect(trustOf(undefined)).toBe('recorded');
    expect(trustOf(judge(original, []))).toBe('recorded');
  });

  it('rises when the author’s replay gives the same', () => {
    expect(trustOf(judge(original, [replay(hello)]))).toBe('replayed-by-author');
    expect(trustOf(judge(notebookSide(hello), [replay(hello)]))).toBe('replayed-by-author');
  });

  it('does not rise by a replay that gave something else, or that ended before anything could be said', () => {
    expect(trustOf(judge(original, [replay([{ outputs: [stdout('bye\n')] }])]))).toBe('recorded');
    expect(trustOf(judge(original, [replay([{ skipped: true }])]))).toBe('recorded');
  });

  it('rises further only by somebody who is not the one whose record it is', () => {
    expect(trustOf(judge(original, [replay(hello), replay(hello, 'lab-b')]))).toBe('replayed-by-another');
    const same = { ...original, ranBy: 'lab-b' };
    expect(trustOf(judge(same, [replay(hello, 'lab-b')]))).toBe('replayed-by-author');
  });
});
