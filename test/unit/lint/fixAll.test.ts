import { describe, expect, it } from 'vitest';
import { allFixes, applied } from '../../../src/lint/fixAll';
import { cellsOf } from '../../../src/lint/files';
import type { LintCell } from '../../../src/lint/lint';

const options = { policy: 'close' } as const;
const cells = (...sources: string[]): LintCell[] =>
  sources.map((source, index) => ({ index: 2 * index, id: `c${index}`, source }));
const afterEdits = (all: LintCell[]) => {
  const edits = allFixes(all, options);
  return all.map((cell) => applied(cell, { edits }));
};

describe('all fixes, as edits', () => {
  it('give each call a seed that no other has, also in another cell', () => {
    const all = cells('import numpy as np', 'a = np.random.default_rng()', 'b = np.random.default_rng()');
    expect(afterEdits(all)).toEqual([
      'import numpy as np',
      'a = np.random.default_rng(1)',
      'b = np.random.default_rng(2)',
    ]);
  });

  it('hold nothing but what changes', () => {
    const all = cells(
      'import numpy as np\r\n\r\nrng = np.random.default_rng()  # 🎲\r\nfor x in set(names): print(x)',
    );
    expect(allFixes(all, options).map(({ text }) => text)).toEqual(['1', '', 'dict.fromkeys']);
    expect(afterEdits(all)[0]).toBe(
      'import numpy as np\r\n\r\nrng = np.random.default_rng(1)  # 🎲\r\nfor x in dict.fromkeys(names): print(x)',
    );
  });

  it('within a cell are such as stay there, and together seeds that differ', () => {
    const all = cells(
      'import torch\nimport numpy as np',
      'a = np.random.default_rng()',
      'layer = torch.nn.Linear(8, 8)',
      'b = np.random.default_rng()',
    );
    const edits = allFixes(all, options, 'cell');
    expect(edits.map(({ cell, text }) => [cell, text])).toEqual([
      [2, '1'],
      [6, '2'],
    ]);
    // PyTorch is seeded where it is imported.
    expect(allFixes(all, options).map(({ cell }) => cell)).toContain(0);
  });

  it('of a script are at their places in the file', () => {
    const text = '# %%\nimport numpy as np\n# %%\na = np.random.default_rng()\n';
    expect(allFixes(cellsOf('study.py', text), options)).toEqual([
      { cell: 1, range: { start: { line: 3, character: 26 }, end: { line: 3, character: 26 } }, text: '1' },
    ]);
  });
});
