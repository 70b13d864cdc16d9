import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { costPath, readCost } from '../../../src/replay/cost/kept';

const folder = mkdtempSync(path.join(tmpdir(), 'reprise-kept-'));

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a kept measurement is read, and a damaged one reads as none', () => {
  const spread = { median: 1, min: 1, max: 1, runs: [1] };
  const cost = {
    schema: 'reprise/cost/0',
    measuredAt: '2026-01-02T03:04:05.000Z',
    times: 3,
    variants: [{ name: 'plain', ratio: 1, differs: false, seconds: spread }],
  };
  const file = costPath({ folder }, 'study/train.ipynb');
  expect(file).toBe(path.join(folder, 'cost', 'study', 'train.json'));
  expect(readCost({ folder }, 'study/train.ipynb')).toBeUndefined();
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(cost));
  expect(readCost({ folder }, 'study/train.ipynb')).toEqual(cost);
  for (const damaged of ['{', 'null', JSON.stringify({ ...cost, variants: [{ name: 'plain' }] })]) {
    writeFileSync(file, damaged);
    expect(readCost({ folder }, 'study/train.ipynb')).toBeUndefined();
  }
});
