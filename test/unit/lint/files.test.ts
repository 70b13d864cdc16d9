/** The cells of a file, each in its language. */
import { expect, it } from 'vitest';
import { cellsOf } from '../../../src/lint/files';

function notebook(metadata: object, ...cells: (string | { source: string; metadata: object })[]): string {
  const parts = cells.map((cell) => {
    const { source, metadata: own } = typeof cell === 'string' ? { source: cell, metadata: {} } : cell;
    return { cell_type: 'code', source, metadata: own, outputs: [], execution_count: null };
  });
  return JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata, cells: parts });
}

const languages = (text: string) => cellsOf('a.ipynb', text).map(({ language }) => language ?? 'python');
const inLanguage = (source: string, languageId: string) => ({ source, metadata: { vscode: { languageId } } });

it.each([
  ['Python', {}, 'python'],
  ['IPython', { language_info: { name: 'ipython' } }, 'python'],
  ['Deno', { kernelspec: { name: 'deno', language: 'typescript' } }, 'typescript'],
  ['tslab', { kernelspec: { name: 'tslab' }, language_info: { name: 'typescript' } }, 'typescript'],
  ['tslab for JavaScript', { kernelspec: { name: 'jslab', language: 'javascript' } }, 'javascript'],
  ['IJavascript', { kernelspec: { name: 'javascript', language: 'javascript' } }, 'javascript'],
])('of %s', (_, metadata, language) => {
  expect(languages(notebook(metadata, 'x', 'y'))).toEqual([language, language]);
});

it('follows the language that VS Code notes at a cell, and leaves out those that it does not know', () => {
  const text = notebook(
    {},
    'x',
    inLanguage('y', 'typescript'),
    inLanguage('z', 'sql'),
    inLanguage('w', 'python'),
  );
  expect(cellsOf('a.ipynb', text)).toMatchObject([
    { index: 0, source: 'x' },
    { index: 1, source: 'y', language: 'typescript' },
    { index: 3, source: 'w' },
  ]);
});

it('knows what is declared volatile in either language', () => {
  const text = notebook(
    { kernelspec: { language: 'javascript' } },
    '// reprise: volatile the weather\nMath.random()',
    '1 // reprise: volatile\n',
  );
  expect(cellsOf('a.ipynb', text).map(({ volatile }) => volatile)).toEqual([true, undefined]);
});

it('says which languages there are where it knows none', () => {
  expect(() => cellsOf('a.ipynb', notebook({ kernelspec: { language: 'R' } }))).toThrow(
    'This notebook is written in r; Reprise lints Python, JavaScript and TypeScript.',
  );
});
