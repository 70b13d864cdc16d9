/** One seed for a global generator, where its library is imported. */
import type { Fix } from '../finding';
import type { Judged } from '../judged';
import type { Seen, SeenCall } from '../python/values';
import { SEEDERS } from '../rules';
import type { Generator } from '../rules/rule';
import type { Notebook } from './text';

type Way = {
  title: string;
  module: RegExp;
  /** The first that is imported in such a way is what is called; else it is imported. */
  by: [imported: RegExp, prefix: (found: RegExpExecArray) => string][];
  otherwise?: [line: string, prefix: string];
  call: string;
};

const KERAS: Way = {
  title: 'Seed Keras and all that it draws from once, where it is imported',
  module: /^(tensorflow|keras)(\.|$)/,
  by: [
    [/^import tensorflow as (\w+)/, ([, name]) => `${name}.keras.utils`],
    [/^import tensorflow\b(?!\.)/, () => 'tensorflow.keras.utils'],
    [/^import keras\b(?!\.)|^from tensorflow import keras\b/, () => 'keras.utils'],
  ],
  otherwise: ['import keras', 'keras.utils'],
  call: 'set_random_seed',
};

const WAYS: Partial<Record<Generator, Way>> = {
  torch: {
    title: 'Seed PyTorch once, where it is imported',
    module: /^torch(\.|$)/,
    by: [[/^import torch\b(?!\.|\s+as)/, () => 'torch']],
    otherwise: ['import torch', 'torch'],
    call: 'manual_seed',
  },
  keras: KERAS,
  tensorflow: KERAS,
  polars: {
    title: 'Seed Polars once, where it is imported',
    module: /^polars$/,
    by: [[/^import polars as (\w+)/, ([, name]) => name!], [/^import polars\b/, () => 'polars']],
    call: 'set_random_seed',
  },
  numpy: {
    title: 'Seed NumPy’s global generator, where it is imported',
    module: /^numpy$/,
    by: [[/^import numpy as (\w+)/, ([, name]) => `${name}.random`], [/^import numpy\b/, () => 'numpy.random']],
    call: 'seed',
  },
  python: {
    title: 'Seed Python’s global generator, where it is imported',
    module: /^random$/,
    by: [[/^import random\b(?!\s+as)/, () => 'random']],
    call: 'seed',
  },
}; // prettier-ignore

/** Not the first to offer where a call can have a stream of its own: what is drawn then depends on the order of the cells. */
export function seedOnce(judged: Judged, notebook: Notebook, seen: readonly Seen[]): Fix[] {
  const reach = judged.row?.reach;
  const way = reach ? WAYS[reach] : undefined;
  if (way === undefined || judged.verdict !== 'unseeded' || judged.isUndone || judged.rule === 'numba-seed')
    return [];
  // A seed that comes later belongs before the first draw: it is the one to move.
  const isSeeded = seen.some((each) => {
    const generators = each.seen === 'call' ? SEEDERS.get(each.api)?.generators : undefined;
    return generators?.includes(reach!) && (each as SeenCall).context.uncalled === undefined;
  });
  if (isSeeded) return [];
  const imports = seen.flatMap((each) => {
    if (each.seen !== 'import' || !way.module.test(each.path)) return [];
    const { cell, statement } = each;
    return notebook.beginsLine({ cell, at: statement.from }) ? [each] : [];
  });
  for (const { cell, statement } of imports) {
    const text = notebook.text(cell, statement);
    const found = way.by.flatMap(([pattern, prefix]) => {
      const match = pattern.exec(text);
      return match ? [prefix(match)] : [];
    })[0];
    if (found !== undefined) return [inserted(way, notebook, cell, statement.to, `${found}.${way.call}`)];
  }
  const [first] = imports;
  if (first === undefined || way.otherwise === undefined) return [];
  const [line, prefix] = way.otherwise;
  return [inserted(way, notebook, first.cell, first.statement.to, `${prefix}.${way.call}`, `${line}\n`)];
}

function inserted(way: Way, notebook: Notebook, cell: number, at: number, call: string, line = ''): Fix {
  // What else stands in the line of the import stays behind it.
  const end = /[\r\n]|$/.exec(notebook.source(cell).slice(at))!.index + at;
  const text = `\n${line}${call}(${notebook.freeSeed()})`;
  return { title: way.title, safe: true, edits: [notebook.insert({ cell, at: end }, text)] };
}
