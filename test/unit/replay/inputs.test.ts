/** Which files go with a run to where it runs. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CellLine, RecordedFile, RunRecord } from '../../../src/lineage/record';
import { askedInputs, notebookInputs, recordedInputs } from '../../../src/replay/execution/inputs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'reprise-inputs-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
}

/** Files chosen for a notebook `study/train.ipynb` with one cell. */
const chosen = (cell: string): string[] => notebookInputs(root, 'study/train.ipynb', [cell]).files;

describe('a first run', () => {
  it.each([
    ['a module beside the notebook', 'import helper', { 'study/helper.py': '' }],
    ['under another name', 'import helper as h, os', { 'study/helper.py': '' }],
    ['names of a module', 'from helper import f, g', { 'study/helper.py': 'def f(): pass' }],
    ['all of a module', 'from helper import *', { 'study/helper.py': '' }],
    ['a package', 'import pack', { 'study/pack/__init__.py': '' }],
    ['a module in a package', 'import pack.deep.part', { 'study/pack/__init__.py': '', 'study/pack/deep/__init__.py': '', 'study/pack/deep/part.py': '' }],
    ['modules named from a package', 'from pack import part, other', { 'study/pack/__init__.py': '', 'study/pack/part.py': '', 'study/pack/other/__init__.py': '' }],
    ['a package without __init__', 'from space import part', { 'study/space/part.py': '' }],
    ['what a module imports', 'import a', { 'study/a.py': 'import b', 'study/b.py': 'from c import x', 'study/c.py': 'import a' }],
    ['relative to a package', 'import pack.one', { 'study/pack/__init__.py': 'from . import two', 'study/pack/one.py': 'from ..pack.three import x', 'study/pack/three.py': '', 'study/pack/two.py': '' }],
    ['of the root', 'import common', { 'common.py': '' }],
    ['of the root’s src', 'import lib.tools', { 'src/lib/__init__.py': '', 'src/lib/tools.py': '' }],
    ['inside a function', 'def f():\n  if x:\n    import helper', { 'study/helper.py': '' }],
    ['inside a handler', 'try:\n  import cupy\nexcept ImportError:\n  import helper', { 'study/helper.py': '' }],
    ['over several lines', 'from pack import (\n  part,  # this\n  other,\n)', { 'study/pack/other.py': '', 'study/pack/part.py': '' }],
    ['beside magics', '%matplotlib inline\n!ls\nimport helper', { 'study/helper.py': '' }],
    ['of a timed cell', '%%time\nimport helper', { 'study/helper.py': '' }],
    ['run by a magic', '%run -i tools/prepare.py', { 'study/tools/prepare.py': '' }],
  ] as const)('takes %s', (_, cell, files) => {
    write({ ...files, 'study/unrelated.py': '', 'study/data.csv': '' });
    expect(chosen(cell)).toEqual(Object.keys(files).sort());
  }); // prettier-ignore

  it('takes what Python would take, where two have a name', () => {
    write({
      'study/a.py': '',
      'study/a/__init__.py': '',
      'study/b.py': '',
      'study/b/part.py': '',
      'a.py': '',
    });
    expect(chosen('import a')).toEqual(['study/a/__init__.py']);
    expect(chosen('import b')).toEqual(['study/b.py']);
  });

  it('takes nothing for what is installed, is no Python, or lies outside of the root', () => {
    write({ 'study/notes.txt': '', 'study/numpy.txt': '' });
    expect(chosen('import numpy\nfrom torch import nn')).toEqual([]);
    expect(chosen('%%bash\nimport notes')).toEqual([]);
    expect(chosen('this is (not python')).toEqual([]);
    expect(chosen('%run ../../outside.py')).toEqual([]);
  });

  it('takes files, folders and globs that are asked for, and says which it does not', () => {
    write({
      'data/a.csv': '1',
      'data/deep/b.csv': '2',
      'data/.hidden': '',
      'data/__pycache__/x.pyc': '',
      'one.txt': '',
      'big.bin': '',
    });
    truncateSync(path.join(root, 'big.bin'), 2000);
    const ask = (...globs: string[]) => notebookInputs(root, 'train.ipynb', [], { globs, largest: 1000 });
    expect(ask('data').files).toEqual(['data/a.csv', 'data/deep/b.csv']);
    expect(ask('data/').files).toEqual(['data/a.csv', 'data/deep/b.csv']);
    expect(ask('**/*.csv', 'data/a.csv').files).toEqual(['data/a.csv', 'data/deep/b.csv']);
    expect(ask('./*.txt').files).toEqual(['one.txt']);
    expect(ask('*.bin', '../other/*.csv', '/etc/passwd', 'none/*.csv')).toEqual({
      files: [],
      left: [
        { path: '../other/*.csv', why: 'outside' },
        { path: '/etc/passwd', why: 'outside' },
        { path: 'big.bin', why: 'too-big', size: 2000 },
        { path: 'none/*.csv', why: 'gone' },
      ],
    });
  });

  it('takes the same of a replay, whose record does not name them', () => {
    write({ 'data/a.csv': '1', 'data/b.csv': '2' });
    expect(askedInputs(root, ['data/*.csv', '../x'])).toEqual({
      files: ['data/a.csv', 'data/b.csv'],
      left: [{ path: '../x', why: 'outside' }],
    });
  });

  it('does not run in circles after links', () => {
    write({ 'data/a.csv': '' });
    symlinkSync('..', path.join(root, 'data', 'up'));
    expect(notebookInputs(root, 'train.ipynb', [], { globs: ['data'] }).files).toEqual(['data/a.csv']);
  });
});

describe('a replay', () => {
  it('takes what the run found there, and says what is not there any more', () => {
    write({ 'a.csv': 'a', 'b.csv': 'b', 'made.csv': '', 'log.txt': 'old', 'big.bin': 'xxxxx' });
    const record = recordOf([
      { path: 'b.csv', mode: 'read' },
      { path: 'a.csv', mode: 'read' },
      { path: 'made.csv', mode: 'write', created: true },
      { path: 'made.csv', mode: 'read' },
      { path: 'log.txt', mode: 'write' },
      { path: 'gone.csv', mode: 'read' },
      { path: 'big.bin', mode: 'read' },
      { path: '~/model.bin', mode: 'read', outside: true },
    ]);
    expect(recordedInputs(root, record, 4)).toEqual({
      files: ['a.csv', 'b.csv', 'log.txt'],
      left: [
        { path: '~/model.bin', why: 'outside' },
        { path: 'big.bin', why: 'too-big', size: 5 },
        { path: 'gone.csv', why: 'gone' },
      ],
    });
  });
});

function recordOf(files: Partial<RecordedFile>[]): RunRecord {
  return { cells: [{ files } as CellLine] } as RunRecord;
}

describe('a run of a notebook in JavaScript', () => {
  const scripts = (cell: string): string[] =>
    notebookInputs(root, 'study/train.ipynb', [cell], { isPython: false }).files;

  it('takes the scripts along that its cells load by a relative path, and those that they load', () => {
    write({
      'study/scale.js': 'const { unit } = require("../lib/units");',
      'lib/units.ts': 'import table from "./table.json"; export { x } from "./deep";',
      'lib/table.json': '{ "require(\'./never\')": 1 }',
      'lib/deep/index.js': 'require("./index.js"); require("lodash");',
      'lib/never.js': '',
      'study/other.mjs': '',
    });
    const cell = 'import { scale } from "./scale";\nconst other = await import(`./other.mjs`)';
    expect(scripts(cell)).toEqual([
      'lib/deep/index.js',
      'lib/table.json',
      'lib/units.ts',
      'study/other.mjs',
      'study/scale.js',
    ]);
  });

  it('takes nothing along from outside of the root, and nothing that is not there', () => {
    write({ 'study/a.js': '' });
    expect(scripts('require("../../../etc/passwd"); require("./gone"); import fs from "fs"')).toEqual([]);
  });
});
