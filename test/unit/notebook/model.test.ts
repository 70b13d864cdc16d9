import { describe, expect, it } from 'vitest';
import { type Json } from '../../../src/notebook/digest';
import {
  NotebookError,
  parseAnyNotebook,
  parseNotebook,
  serializeNotebook,
} from '../../../src/notebook/model';

type Fields = { [key: string]: Json };

const code = (source: Json, more: Fields = {}): Fields => ({
  cell_type: 'code',
  execution_count: null,
  metadata: {},
  outputs: [],
  source,
  ...more,
});
const notebook = (cells: Fields[], more: Fields = {}): string =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells, ...more });

function failure(text: string, file?: string): NotebookError {
  try {
    parseNotebook(text, file);
  } catch (error) {
    if (error instanceof NotebookError) return error;
  }
  throw new Error('it was read');
}

describe('a notebook', () => {
  it('is read with sources joined, tags and outputs', () => {
    const output = { output_type: 'stream', name: 'stdout', text: ['a\n'] };
    const text = notebook([
      { cell_type: 'markdown', id: 'm', metadata: {}, source: ['# T\n', 'x'] },
      code(['a = 1\n', 'b'], { id: 'c', outputs: [output], metadata: { tags: ['raises-exception', 'x'] } }),
    ]);
    const { cells, language, minor } = parseNotebook('\uFEFF' + text);
    expect({ language, minor }).toEqual({ language: 'python', minor: 5 });
    expect(cells).toEqual([
      { index: 0, id: 'm', type: 'markdown', source: '# T\nx', tags: [], outputs: [], mayRaise: false },
      {
        index: 1,
        id: 'c',
        type: 'code',
        source: 'a = 1\nb',
        tags: ['raises-exception', 'x'],
        outputs: [output],
        mayRaise: true,
      },
    ]);
  });

  it('gets keys below nbformat 4.5', () => {
    const cells = [code('a', { id: 'x' }), code('b')];
    expect(parseNotebook(notebook(cells, { nbformat_minor: 4 })).cells.map((cell) => cell.id)).toEqual([
      'cell-0',
      'cell-1',
    ]);
  });

  it('gets keys where ids are missing or repeated, each different', () => {
    const cells = [code('', { id: 'a' }), code(''), code('', { id: 'a' }), code('', { id: 'cell-1' })];
    expect(parseNotebook(notebook(cells)).cells.map((cell) => cell.id)).toEqual([
      'a',
      'cell-1_',
      'cell-2',
      'cell-1',
    ]);
  });

  it.each([
    ['x = 1\n# reprise: volatile prints the time\n', 'prints the time'],
    ['    #reprise:volatile  why not ', 'why not'],
    ['# reprise: volatile', 'no reason given'],
    ['# reprise: volatile-ish', undefined],
    ['x = "# reprise: volatile no"', undefined],
  ])('declares a cell volatile: %j', (source, reason) => {
    expect(parseNotebook(notebook([code(source)])).cells[0]?.volatile).toBe(reason);
  });

  it('is Python where it does not say otherwise', () => {
    const of = (metadata: Fields): string => parseNotebook(notebook([], { metadata })).language;
    expect(of({})).toBe('python');
    expect(of({ kernelspec: { name: 'venv', display_name: 'x' } })).toBe('python');
    expect(of({ language_info: { name: 'ipython' } })).toBe('ipython');
    expect(of({ kernelspec: { language: 'Python' }, language_info: { name: 'pyspark' } })).toBe('python');
  });

  it.each([
    ['empty', ' \n'],
    ['not-json', '{"cells": ['],
    ['not-json', 'print(1)'],
    ['not-a-notebook', '[]'],
    ['not-a-notebook', '{"cells": []}'],
    ['not-a-notebook', '{"nbformat": 4, "nbformat_minor": 5}'],
    ['not-a-notebook', notebook([{ cell_type: 'heading', source: '' }])],
    ['not-a-notebook', notebook([code(3)])],
    ['not-a-notebook', notebook([code('', { outputs: [{ output_type: 'pyout' }] })])],
    ['too-old', '{"nbformat": 3, "worksheets": []}'],
    ['too-new', notebook([], { nbformat: 5 })],
    ['other-language', notebook([], { metadata: { kernelspec: { name: 'ir', language: 'R' } } })],
  ])('is refused as %s', (reason, text) => {
    expect(failure(text)).toMatchObject({ kind: 'usage', reason });
  });

  it('in another language is read where that is asked for', () => {
    const cell = { ...code('1'), metadata: { vscode: { languageId: 'TypeScript' } } };
    const text = notebook([code('2'), cell], { metadata: { kernelspec: { language: 'javascript' } } });
    const { language, cells } = parseAnyNotebook(text);
    expect([language, ...cells.map((each) => each.language)]).toEqual([
      'javascript',
      undefined,
      'typescript',
    ]);
  });

  it('of version 3 is refused with the command that converts it', () => {
    expect(failure('{"nbformat": 3, "worksheets": []}', 'old.ipynb').message).toContain(
      'jupyter nbconvert --to notebook --nbformat 4 old.ipynb',
    );
  });

  it('of 20 MB is read', () => {
    const line = 'x'.repeat(99) + '\n';
    const outputs = [{ output_type: 'stream', name: 'stdout', text: Array<string>(200_000).fill(line) }];
    const { cells } = parseNotebook(notebook([code('', { outputs })]));
    expect(cells[0]?.outputs).toHaveLength(1);
  });

  it('is written as nbformat writes it, with all that was in it', () => {
    const text =
      '{\n "cells": [],\n "metadata": {\n  "mine": [\n   1\n  ]\n },\n "nbformat": 4,\n "nbformat_minor": 5\n}\n';
    expect(serializeNotebook(parseNotebook(text).document)).toBe(text);
  });
});
