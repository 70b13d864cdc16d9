/** Fixes are put back into notebooks as tools write them: but for the edits, every character stays. */
import { expect, it } from 'vitest';
import { fixAll } from '../../../src/lint/fixAll';
import { cellsOf } from '../../../src/lint/files';
import { rewritten } from '../../../src/lint/rewrite';
import { CASES } from './corpus';

type Layout = { name: string; write: (cells: string[][]) => string };

const asLines = (source: string): string[] => source.match(/[^\n]*\n|[^\n]+$/g) ?? [];
const escaped = (json: string): string =>
  json.replace(/[^ -~\n\r\t]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const notebook = (sources: (string | string[])[]): object => ({
  cells: sources.map((source, i) => ({
    cell_type: 'code',
    execution_count: null,
    id: `id-${i}`,
    metadata: { tags: ['é🎲'], scrolled: false, ratio: 0.5 },
    outputs: [{ output_type: 'stream', name: 'stdout', text: ['one\n', 'two'] }],
    source,
  })),
  metadata: { kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' }, title: 'Été' },
  nbformat: 4,
  nbformat_minor: 5,
});

const LAYOUTS: Layout[] = [
  { name: 'Jupyter, one space', write: (cells) => JSON.stringify(notebook(cells), null, 1) + '\n' },
  { name: 'Colab, two spaces, no line end', write: (cells) => JSON.stringify(notebook(cells), null, 2) },
  { name: 'tabs', write: (cells) => JSON.stringify(notebook(cells), null, '\t') + '\n' },
  { name: 'one line', write: (cells) => JSON.stringify(notebook(cells)) },
  {
    name: 'sources of one string',
    write: (cells) => JSON.stringify(notebook(cells.map((c) => c.join(''))), null, 1),
  },
  {
    name: 'Windows line ends',
    write: (cells) => JSON.stringify(notebook(cells), null, 1).replaceAll('\n', '\r\n'),
  },
  { name: 'escapes', write: (cells) => escaped(JSON.stringify(notebook(cells), null, 1)) },
  { name: 'a byte order mark', write: (cells) => '\uFEFF' + JSON.stringify(notebook(cells), null, 1) },
  {
    name: 'numbers as 1.0 and escaped slashes',
    write: (cells) =>
      JSON.stringify(notebook(cells), null, 1).replaceAll('0.5', '1.0').replaceAll('/', '\\/'),
  },
];

const programs = [
  ...CASES.map(({ cells }) => cells),
  [
    'import numpy as np\r\nrng = np.random.default_rng()\r\n',
    '# é🎲 "quoted" \\ a/b\nfor x in {"é", "b"}:\n    print(x)\n',
  ],
];

it.each(LAYOUTS)('$name', ({ write }) => {
  let changed = 0;
  for (const sources of programs) {
    const text = write(sources.map(asLines));
    const before = cellsOf('a.ipynb', text);
    const after = fixAll(before, { policy: 'observe' });
    const fixed = rewritten('a.ipynb', text, before, after);
    expect(cellsOf('a.ipynb', fixed)).toEqual(after);
    // Byte for byte what the same tool writes for the fixed cells.
    expect(fixed).toBe(write(after.map(({ source }) => asLines(source))));
    if (fixed !== text) changed += 1;
  }
  expect(changed).toBeGreaterThan(10);
});

it('puts a line that is new into the list of lines as one', () => {
  const text = JSON.stringify(notebook([['import random\n', 'random.random()']]), null, 1);
  const before = cellsOf('a.ipynb', text);
  const source = 'import random\nprint("\\n")\nrandom.random()\n';
  const fixed = rewritten('a.ipynb', text, before, [{ ...before[0]!, source }]);
  const lines = ['import random\n', 'print("\\n")\n', 'random.random()\n', ''];
  expect(fixed).toBe(JSON.stringify(notebook([lines]), null, 1));
});

it('refuses a file in which the place is not clear', () => {
  const twice = '{"nbformat":4,"cells":[{"cell_type":"code","source":"x","source":"list({\'a\'})"}]}';
  const before = cellsOf('a.ipynb', twice);
  expect(() => rewritten('a.ipynb', twice, before, fixAll(before, { policy: 'observe' }))).toThrow(
    'Its fixes have no clear place in this file. It was not changed.',
  );
});
