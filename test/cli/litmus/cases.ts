import type { Case } from './case';

const XYZ = { a: 'x = 1', b: 'y = x + 1', c: 'print(y)' };
const never = 'never-executed()';
const changed = 'code-changed()';

const NAMES: Case[] = [
  { name: 'nothing ran', cells: XYZ, steps: '', stale: { a: never, b: never, c: never } },
  { name: 'a blank cell says the truth', cells: { a: '', b: '# a note' }, steps: '', stale: {} },
  { name: 'run in order', cells: XYZ, steps: 'a b c', stale: {} },
  { name: 'run twice over', cells: XYZ, steps: 'a b c a b c', stale: {} },
  { name: 'only the first ran', cells: XYZ, steps: 'a', stale: { b: never, c: never } },
  {
    name: 'an edit',
    cells: XYZ,
    steps: 'a b c a=x~=~2',
    stale: { a: changed, b: 'upstream-stale(x<a)', c: 'upstream-stale(y<b)' },
  },
  {
    name: 'an edit, run',
    cells: XYZ,
    steps: 'a b c a=x~=~2 a',
    stale: { b: 'input-changed(x<a)', c: 'upstream-stale(y<b)' },
  },
  { name: 'an edit, all run', cells: XYZ, steps: 'a b c a=x~=~2 a b c', stale: {} },
  { name: 'an edit that gives the same value', cells: XYZ, steps: 'a b c a=x~=~2~-~1 a', stale: {} },
  { name: 'an edit taken back', cells: XYZ, steps: 'a b c a=x~=~2 a=x~=~1', stale: {} },
  {
    name: 'an edit, run and taken back',
    cells: XYZ,
    steps: 'a b c a=x~=~2 a a=x~=~1',
    stale: { a: changed, b: 'upstream-stale(x<a)', c: 'upstream-stale(y<b)' },
  },
  {
    name: 'a comment',
    cells: XYZ,
    steps: 'a b c a=x~=~1~~#~one b=y~=~(x~+~1)#n',
    stale: { b: changed, c: 'upstream-stale(y<b)' },
  },
  { name: 'spaces', cells: XYZ, steps: 'a b c a=x=1 b=y~=~x+1', stale: {} },
  { name: 'an edit at the end', cells: XYZ, steps: 'a b c c=print(y,~y)', stale: { c: changed } },
  {
    name: 'a middle cell not run again',
    cells: XYZ,
    steps: 'a b c a=x~=~5 a c',
    stale: { b: 'input-changed(x<a)', c: 'upstream-stale(y<b)' },
  },
];

const ORDER: Case[] = [
  { name: 'run backwards', cells: { a: 'x = 1', b: 'print(x)' }, steps: 'b a', stale: { b: 'order(x<a)' } },
  { name: 'backwards, then again', cells: { a: 'x = 1', b: 'print(x)' }, steps: 'b a b', stale: {} },
  {
    name: 'a value from below',
    cells: { a: 'print(x)', b: 'x = 1' },
    steps: 'b a',
    stale: { a: 'order(x<b)' },
  },
  {
    name: 'an error that a run from the top has too',
    cells: { a: 'print(x)', b: 'x = 1' },
    steps: 'a b',
    stale: {},
  },
  {
    name: 'overwritten below',
    cells: { a: 'x = 1', b: 'print(x)', c: 'x = 2' },
    steps: 'a c b',
    stale: { b: 'overwritten(x<c)' },
  },
  {
    name: 'overwritten with the same',
    cells: { a: 'x = 1', b: 'print(x)', c: 'x = 1' },
    steps: 'a c b',
    stale: {},
  },
  {
    name: 'overwritten after it was read',
    cells: { a: 'x = 1', b: 'print(x)', c: 'x = 2' },
    steps: 'a b c',
    stale: {},
  },
  {
    name: 'a counter run twice',
    cells: { a: 'n = 0', b: 'n += 1', c: 'print(n)' },
    steps: 'a b b c',
    stale: { b: 'overwritten(n<b)', c: 'upstream-stale(n<b)' },
  },
  {
    name: 'a counter begun again',
    cells: { a: 'n = 0', b: 'n += 1', c: 'print(n)' },
    steps: 'a b b a b c',
    stale: {},
  },
  {
    name: 'n = n + 1 twice',
    cells: { a: 'n = 0', b: 'n = n + 1' },
    steps: 'a b b',
    stale: { b: 'overwritten(n<b)' },
  },
  { name: 'moved up', cells: { a: 'x = 1', b: 'print(x)' }, steps: 'a b >b,a', stale: { b: 'order(x<a)' } },
  { name: 'moved and back', cells: { a: 'x = 1', b: 'print(x)' }, steps: 'a b >b,a >a,b', stale: {} },
  {
    name: 'moved where it does not matter',
    cells: { a: 'x = 1', b: 'y = 2', c: 'print(x, y)' },
    steps: 'a b c >b,a,c',
    stale: {},
  },
  {
    name: 'two writers change places',
    cells: { a: 'x = 1', b: 'x = 2', c: 'print(x)' },
    steps: 'a b c >b,a,c',
    stale: { c: 'order(x<a)' },
  },
  {
    name: 'two writers of one value change places',
    cells: { a: 'x = 1', b: 'x = 1', c: 'print(x)' },
    steps: 'a b c >b,a,c',
    stale: {},
  },
];

const CELLS: Case[] = [
  {
    name: 'the writer is deleted',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b -a',
    stale: { b: 'writer-deleted(x<a)' },
  },
  {
    name: 'the writer is deleted before the reader runs',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a -a b',
    stale: { b: 'writer-deleted(x<a)' },
  },
  {
    name: 'another writer stays',
    cells: { a: 'x = 1', b: 'x = 1', c: 'print(x)' },
    steps: 'a b c -b',
    stale: {},
  },
  { name: 'a reader is deleted', cells: XYZ, steps: 'a b c -c', stale: {} },
  {
    name: 'deleted and put back',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b -a +a@0=x~=~1',
    stale: {},
  },
  {
    name: 'a name that an edit took away',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b a=z~=~1 a',
    stale: { b: 'writer-deleted(x<a)' },
  },
  {
    name: 'inserted above',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b +d@1=x~=~2',
    stale: { d: never, b: 'upstream-stale(x<d)' },
  },
  {
    name: 'inserted above, run',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b +d@1=x~=~2 d',
    stale: { b: 'order(x<d)' },
  },
  { name: 'inserted below', cells: { a: 'x = 1', b: 'print(x)' }, steps: 'a b +d@2=x~=~2 d', stale: {} },
  {
    name: 'inserted where it touches nothing',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b +d@1=print(x)',
    stale: { d: never },
  },
  {
    name: 'inserted with exec',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b +d@1=exec(s)',
    stale: { d: never, b: 'upstream-stale(x<d)' },
  },
  {
    name: 'inserted with globals()',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: "a b +d@1=globals()['q']=1",
    stale: { d: never, b: 'upstream-stale(x<d)' },
  },
  {
    name: 'inserted with a magic that is not known',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b +d@1=%surprise',
    stale: { d: never, b: 'upstream-stale(x<d)' },
  },
  {
    name: 'inserted with %time',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b +d@1=%time~q~=~x',
    stale: { d: never },
  },
  {
    name: 'a duplicate',
    cells: { a: 'x = 1', b: 'x = x + 1', c: 'print(x)' },
    steps: 'a b c +d@2=x~=~x~+~1',
    stale: { d: never, c: 'upstream-stale(x<d)' },
  },
  {
    name: 'a cell that is emptied',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b a=',
    stale: { a: changed, b: 'writer-deleted(x<a)' },
  },
];

const OBJECTS: Case[] = [
  {
    name: 'a proxy that cannot be asked for its class',
    cells: {
      a: 'n = 1',
      b: 'class Proxy: __class__ = property(lambda self: 1 / 0)',
      c: 'request = Proxy(); m = n + 1',
      d: 'print(m, request is None)',
    },
    steps: 'a b c d a=n~=~2 a',
    stale: { c: 'input-changed(n<a)', d: 'upstream-stale(m<c)' },
  },
  {
    name: 'a list changed in place',
    cells: { a: 'v = []', b: 'v.append(1)', c: 'print(v)' },
    steps: 'a b c',
    stale: {},
  },
  {
    name: 'a list changed twice',
    cells: { a: 'v = []', b: 'v.append(1)', c: 'print(v)' },
    steps: 'a b b c',
    stale: { b: 'overwritten(v<b)', c: 'upstream-stale(v<b)' },
  },
  {
    name: 'an alias',
    cells: { a: 'v = []', b: 'w = v', c: 'v.append(1)', d: 'print(w)' },
    steps: 'a b c d',
    stale: {},
  },
  {
    name: 'an alias changed twice',
    cells: { a: 'v = []', b: 'w = v', c: 'v.append(1)', d: 'print(w)' },
    steps: 'a b c c d',
    stale: { c: 'overwritten(v<c)', d: 'upstream-stale(w<c)' },
  },
  {
    name: 'a list within a list',
    cells: { a: 'v = []\nw = [v]', b: 'v.append(1)', c: 'print(w)' },
    steps: 'a b b c',
    stale: { b: 'overwritten(v<b)', c: 'upstream-stale(w<b)' },
  },
  {
    name: 'an alias that is none any more',
    cells: { a: 'v = []', b: 'w = v', c: 'v.append(1)', d: 'print(w)' },
    steps: 'a b c d a b=w~=~list(v) b c d',
    stale: {},
  },
  {
    name: 'an alias of an earlier object',
    cells: { a: 'v = []', b: 'w = v', c: 'v.append(1)', d: 'print(w)' },
    steps: 'a b a c d',
    stale: { d: 'order(w<c)' },
  },
  {
    name: 'a list of the class, changed through an instance',
    cells: {
      a: 'class Box:\n    items = []',
      b: 'box = Box()',
      c: 'box.items.append(1)',
      d: 'print(Box.items)',
    },
    steps: 'a b c c d',
    stale: { c: 'overwritten(box<c)', d: 'upstream-stale(Box<c)' },
  },
  {
    name: 'a counter of the class, moved by a method',
    cells: {
      a: 'class Box:\n    n = 0\n    def up(self):\n        type(self).n += 1',
      b: 'one, two = Box(), Box()',
      c: 'one.up()',
      d: 'print(two.n)',
    },
    steps: 'a b c d c',
    stale: { c: 'overwritten(one<c)', d: 'upstream-stale(two<c)' },
  },
  {
    name: 'an attribute of one of two instances',
    cells: {
      a: 'class Box:\n    n = 0',
      b: 'one, two = Box(), Box()',
      c: 'one.k = 5',
      d: 'print(two.n)',
    },
    steps: 'a b d c c=one.k~=~6 c',
    stale: { c: 'overwritten(one<c)' },
  },
  {
    name: 'a list by its own bound method',
    cells: { a: 'v = []', b: 'add = v.append', c: 'add(1)', d: 'print(v)' },
    steps: 'a b c d c',
    stale: { c: 'overwritten(add<c)', d: 'upstream-stale(v<c)' },
  },
  {
    name: 'an augmented assignment to an alias',
    cells: { a: 'v = [1]', b: 'w = v', c: 'w += [2]', d: 'print(v)' },
    steps: 'a b c d c',
    stale: { c: 'overwritten(w<c)', d: 'upstream-stale(v<c)' },
  },
  {
    name: 'an augmented assignment to a number',
    cells: { a: 'n = 1', b: 'm = n', c: 'n += 1', d: 'print(m)' },
    steps: 'a b c d c',
    stale: { c: 'overwritten(n<c)' },
  },
  {
    name: 'a dict by key',
    cells: { a: 'd = {}', b: "d['k'] = 1", c: 'print(d)' },
    steps: 'a b c b',
    stale: { b: 'overwritten(d<b)', c: 'upstream-stale(d<b)' },
  },
  {
    name: 'an object that a closure holds',
    cells: {
      a: 'def make():\n    v = []\n    def add():\n        v.append(1)\n        return len(v)\n    return add\nadd = make()',
      b: 'print(add())',
    },
    steps: 'a b b',
    stale: { b: 'overwritten(add<b)' },
  },
  {
    name: 'an attribute',
    cells: { a: 'class C: pass\nc = C()', b: 'c.n = 1', d: 'print(c.n)' },
    steps: 'a b d b=c.n~=~2 b',
    stale: { b: 'overwritten(c<b)', d: 'upstream-stale(c<b)' },
  },
  {
    name: 'a view of an array',
    cells: { a: 'import numpy as np\nz = np.zeros(3)', b: 'v = z[1:]', c: 'v[0] += 5', d: 'print(z)' },
    steps: 'a b c d',
    stale: {},
  },
  {
    name: 'a view of an array, changed twice',
    cells: { a: 'import numpy as np\nz = np.zeros(3)', b: 'v = z[1:]', c: 'v[0] += 5', d: 'print(z)' },
    steps: 'a b c c d',
    stale: { c: 'overwritten(v<c)', d: 'upstream-stale(z<c)' },
  },
  {
    name: 'a column',
    cells: {
      a: "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})",
      b: "df['b'] = df['a'] * 2",
      c: "print(df['b'].sum())",
    },
    steps: 'a b c',
    stale: {},
  },
  {
    name: 'a column, written twice',
    cells: { a: "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})", b: "df['a'] += 1", c: 'print(df)' },
    steps: 'a b b c',
    stale: { b: 'overwritten(df<b)', c: 'upstream-stale(df<b)' },
  },
  {
    name: 'a cell that only looks',
    cells: { a: 'v = [3, 1]', b: 'print(sorted(v), len(v))', c: 'print(v)' },
    steps: 'a b c b b',
    stale: {},
  },
  {
    name: 'inserted where it may change a list',
    cells: { a: 'v = []', b: 'print(v)' },
    steps: 'a b +d@1=v.append(1)',
    stale: { d: never, b: 'upstream-stale(v<d)' },
  },
  {
    name: 'inserted where it may change an alias',
    cells: { a: 'v = []\nw = [v]', b: 'print(w)' },
    steps: 'a b +d@1=v.append(1)',
    stale: { d: never, b: 'upstream-stale(w<d)' },
  },
  {
    name: 'a number cannot be changed in place',
    cells: { a: 'n = 1', b: 'print(n)' },
    steps: 'a b +d@1=f(n)',
    stale: { d: never },
  },
];

const NAMESPACE: Case[] = [
  ...[
    'import~__main__;print(__main__.x)',
    "import~sys;print(sys.modules['__main__'].x)",
    "print(get_ipython().user_ns['x'])",
    "import~sys;print(sys._getframe().f_globals['x'])",
    "print(globals()['x'])",
  ].map((read) => ({
    name: `read by ${read}`,
    cells: { a: 'x = 1', b: read.replaceAll('~', ' ') },
    steps: 'a b a=x~=~2 a',
    stale: { b: 'input-changed(x<a)' },
  })),
  {
    name: 'read through a name for the module that runs',
    cells: { a: 'x = 1', b: 'import __main__ as m', c: 'print(m.x)' },
    steps: 'a b c a=x~=~2 a b',
    stale: { c: 'input-changed(x<a)' },
  },
  {
    name: 'read by a function that looks at who calls it',
    cells: {
      a: 'x = 1',
      b: 'import inspect\ndef peek(name):\n    return inspect.currentframe().f_back.f_globals[name]',
      c: "print(peek('x'))",
    },
    steps: 'a b c a=x~=~2 a',
    stale: { c: 'input-changed(x<a)' },
  },
  {
    name: 'not read where a script asks whether it is one',
    cells: { a: 'x = 1', b: "if __name__ == '__main__':\n    print('runs')" },
    steps: 'a b a=x~=~2 a',
    stale: {},
  },
  {
    name: 'inserted with the module that runs',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a b +d@1=import~__main__;__main__.x=5',
    stale: { d: never, b: 'upstream-stale(x<d)' },
  },
  {
    name: 'a threshold in a query',
    cells: {
      a: 'import pandas as pd\ndf = pd.DataFrame({"n": [1, 2, 3]})',
      b: 'low = 1',
      c: 'print(df.query("n > @low"))',
    },
    steps: 'a b c b=low~=~2 b',
    stale: { c: 'input-changed(low<b)' },
  },
];

const SHOWN = {
  a: 'import numpy as np',
  b: 'np.set_printoptions(precision=3)',
  c: 'print(np.array([1 / 3]))',
};

const SETTINGS: Case[] = [
  { name: 'a setting, run in order', cells: SHOWN, steps: 'a b c', stale: {} },
  { name: 'a setting, run twice', cells: SHOWN, steps: 'a b c b c a', stale: {} },
  {
    name: 'a setting that is another now',
    cells: SHOWN,
    steps: 'a b c b=np.set_printoptions(precision=5) b',
    stale: { c: "input-changed(NumPy's settings<b)" },
  },
  {
    name: 'a setting that stays, beside a line that is new',
    cells: SHOWN,
    steps: 'a b c b=np.set_printoptions(precision=3);n~=~1 b',
    stale: {},
  },
  {
    name: 'a setting that was made below',
    cells: { a: 'import numpy as np', b: 'print(np.array([1 / 3]))', c: 'np.set_printoptions(precision=3)' },
    steps: 'a c b',
    stale: { b: "overwritten(NumPy's settings<c)" },
  },
  {
    name: 'a setting on which nothing here depends',
    cells: { ...SHOWN, c: 'words = "a b".split()\nprint(*words)' },
    steps: 'a b c b=np.set_printoptions(precision=5) b',
    stale: {},
  },
  {
    name: 'an option of pandas',
    cells: {
      a: 'import pandas as pd\ndf = pd.DataFrame({"n": range(20)})',
      b: 'pd.options.display.max_rows = 6',
      c: 'df',
    },
    steps: 'a b c b=pd.options.display.max_rows~=~8 b',
    stale: { c: "input-changed(pandas' options<b)" },
  },
  {
    name: 'the precision of decimals',
    cells: {
      a: 'from decimal import Decimal, getcontext',
      b: 'getcontext().prec = 5',
      c: 'third = Decimal(1) / 3',
    },
    steps: 'a b c b=getcontext().prec~=~7 b',
    stale: { c: "input-changed(decimal's context<b)" },
  },
  {
    name: 'the level of logging',
    cells: {
      a: "import logging, sys\nlogging.basicConfig(stream=sys.stdout, format='%(message)s')\nlog = logging.getLogger('litmus')",
      b: 'logging.getLogger().setLevel(logging.INFO)',
      c: "log.info('seen')",
      d: 'print(1)',
    },
    steps: 'a b c d b=logging.getLogger().setLevel(logging.ERROR) b',
    stale: { c: 'input-changed(the levels of logging<b)' },
  },
  {
    name: 'the recursion limit',
    cells: {
      a: 'import sys\ndef depth(n):\n    return n and depth(n - 1)',
      b: 'sys.setrecursionlimit(3000)',
      c: 'depth(10)',
      d: 'print(1)',
    },
    steps: 'a b c d b=sys.setrecursionlimit(2000) b',
    stale: { c: 'input-changed(the recursion limit<b)' },
  },
  {
    name: 'a name put into builtins',
    cells: { a: 'import builtins', b: 'builtins.litmus_name = 1', c: 'print(litmus_name)' },
    steps: 'a b c b=builtins.litmus_name~=~2 b',
    stale: { c: 'input-changed(builtins<b)' },
  },
  {
    name: 'an environment variable, set twice',
    cells: { a: 'import os', b: "os.environ['LITMUS_C'] = '1'", c: "print(os.environ.get('LITMUS_C'))" },
    steps: 'a b c b',
    stale: {},
  },
];

const MODULES: Case[] = [
  {
    name: 'an attribute that a cell sets on a module',
    cells: { a: 'import math', b: 'math.q = 1', c: 'print(math.q)' },
    steps: 'a b c b=math.q~=~2 b',
    stale: { c: 'input-changed(math<b)' },
  },
  {
    name: 'the same attribute set again',
    cells: { a: 'import math', b: 'math.q2 = 1', c: 'print(math.q2)' },
    steps: 'a b c b a',
    stale: {},
  },
  {
    name: 'a module of the user, imported and set in one cell',
    cells: { a: 'import litmus_conf\nlitmus_conf.rate = 2', b: 'print(litmus_conf.rate)' },
    files: { 'litmus_conf.py': 'rate = 1' },
    steps: 'a b a=import~litmus_conf;litmus_conf.rate~=~3 a',
    stale: { b: 'input-changed(litmus_conf<a)' },
  },
  {
    name: 'a module of the user that is no longer set',
    cells: { a: 'import litmus_conf\nlitmus_conf.rate = 2', b: 'print(litmus_conf.rate)' },
    files: { 'litmus_conf.py': 'rate = 1' },
    steps: 'a b a=import~litmus_conf a',
    stale: { b: 'writer-deleted(litmus_conf<a)' },
  },
  {
    name: 'an attribute of a module, inserted and not run',
    cells: { a: 'import litmus_conf', b: 'print(litmus_conf.rate)' },
    files: { 'litmus_conf.py': 'rate = 1' },
    steps: 'a b +d@1=litmus_conf.rate~=~5',
    stale: { d: never, b: 'upstream-stale(litmus_conf<d)' },
  },
  {
    name: 'an attribute of an object is none of a module',
    cells: { a: 'import math\nclass T: pass\nt = T()', b: 'print(math.pi)' },
    steps: 'a b +d@1=t.x~=~5',
    stale: { d: never },
  },
];

const FUNCTIONS: Case[] = [
  {
    name: 'a function that reads',
    cells: { a: 'def f():\n    return q', b: 'q = 1', c: 'print(f())' },
    steps: 'a b c b=q~=~2 b',
    stale: { c: 'input-changed(q<b)' },
  },
  {
    name: 'a function that changes',
    cells: { a: 'def f(): return 1', b: 'print(f())' },
    steps: 'a b a=def~f():~return~2',
    stale: { a: changed, b: 'upstream-stale(f<a)' },
  },
  {
    name: 'a function run again',
    cells: { a: 'def f(): return 1', b: 'print(f())' },
    steps: 'a b a',
    stale: {},
  },
  {
    name: 'a function that writes',
    cells: { a: 'def f():\n    global n\n    n = 5', b: 'n = 1', c: 'f()', d: 'print(n)' },
    steps: 'a b c d b d',
    stale: { d: 'order(n<c)' },
  },
  { name: 'a class', cells: { a: 'k = 2\nclass C:\n    n = k', b: 'print(C.n)' }, steps: 'a b a', stale: {} },
  {
    name: 'a class body that reads',
    cells: { a: 'k = 2', b: 'class C:\n    n = k', c: 'print(C.n)' },
    steps: 'a b c a=k~=~3 a',
    stale: { b: 'input-changed(k<a)', c: 'upstream-stale(C<b)' },
  },
  {
    name: 'a global that a function counts',
    cells: { a: 'n = 0', b: 'def up():\n    global n\n    n += 1', c: 'up()', d: 'print(n)' },
    steps: 'a b c c d',
    stale: { c: 'overwritten(n<c)', d: 'upstream-stale(n<c)' },
  },
  {
    name: 'a function that calls one that changed',
    cells: { a: 'def f(): return 1', b: 'def g(): return f()', c: 'print(g())' },
    steps: 'a b c a=def~f():~return~2 a',
    stale: { c: 'input-changed(f<a)' },
  },
  {
    name: 'a decorator that changed',
    cells: { a: 'def double(f): return lambda: 2 * f()', b: '@double\ndef f(): return 1', c: 'print(f())' },
    steps: 'a b c a=def~double(f):~return~lambda:~3~*~f() a',
    stale: { b: 'input-changed(double<a)', c: 'upstream-stale(f<b)' },
  },
  {
    name: 'a condition of a comprehension',
    cells: { a: 'k = 1', b: 'w = [i for i in range(3) if i > k]', c: 'print(w)' },
    steps: 'a b c a=k~=~0 a',
    stale: { b: 'input-changed(k<a)', c: 'upstream-stale(w<b)' },
  },
  {
    name: 'a variable of a comprehension',
    cells: { a: 'i = 7', b: 'w = [i for i in range(3)]', c: 'print(w)' },
    steps: 'a b c a=i~=~8 a',
    stale: {},
  },
  {
    name: 'a comprehension',
    cells: { a: 'k = 2', b: 'print([k * i for i in range(3)])' },
    steps: 'a b a=k~=~3 a',
    stale: { b: 'input-changed(k<a)' },
  },
  {
    name: 'a default',
    cells: { a: 'k = 2', b: 'def f(n=k): return n', c: 'print(f())' },
    steps: 'a b c a=k~=~3 a',
    stale: { b: 'input-changed(k<a)', c: 'upstream-stale(f<b)' },
  },
  {
    name: 'del',
    cells: { a: 'x = 1', b: 'del x', c: 'print(x)' },
    steps: 'a c b',
    stale: { c: 'writer-deleted(x<a)' },
  },
  {
    name: 'del of a name that is not there',
    cells: { a: 'x = 1', b: 'del x\nprint(2)' },
    steps: 'b a',
    stale: { b: 'order(x<a)' },
  },
  { name: 'del of another value', cells: { a: 'x = 1', b: 'del x' }, steps: 'a b a=x~=~2 a', stale: {} },
  {
    name: 'a name that a cell would have written, had it not raised',
    cells: { a: 't = 0', b: 't = list(p)', c: 'print(t)' },
    steps: 'a b c -a',
    stale: { c: 'order(t<b)' },
  },
  { name: 'del, in order', cells: { a: 'x = 1', b: 'del x', c: 'print(x)' }, steps: 'a b c', stale: {} },
  { name: 'an import', cells: { a: 'import math', b: 'print(math.pi)' }, steps: 'b a b', stale: {} },
  {
    name: 'a builtin that gets another meaning above',
    cells: { a: 'y = 1', b: 'print(sum([1, 2]))' },
    steps: 'a b +d@0=sum~=~max d',
    stale: { b: 'order(sum<d)' },
  },
  {
    name: 'a builtin that got another meaning below',
    cells: { a: 'print(max([1, 2]))', b: 'max = min' },
    steps: 'a b a',
    stale: { a: 'order(max<b)' },
  },
  {
    name: 'a branch not taken',
    cells: { a: 'x = 1', b: 'if x > 5:\n    x = 9', c: 'print(x)' },
    steps: 'a b c a=x~=~2 a',
    stale: { b: 'input-changed(x<a)', c: 'upstream-stale(x<b)' },
  },
  {
    name: 'a loop run again',
    cells: { a: 'for i in range(3):\n    t = i * 2\n    print(t)', b: 'print(i)' },
    steps: 'a b a',
    stale: {},
  },
  {
    name: 'a with statement run again',
    cells: { a: "with open('l.txt', 'w') as f:\n    n = f.write('1')\n    print(n)", b: 'print(n)' },
    steps: 'a b a',
    stale: {},
  },
  {
    name: 'a branch that makes a name',
    cells: { a: 'if False:\n    x = 1\ny = 2', b: 'print(y)' },
    steps: 'a b a',
    stale: {},
  },
  {
    name: 'a cell that raises keeps what it wrote',
    cells: { a: 'x = 1\n1 / 0', b: 'print(x)' },
    steps: 'a b',
    stale: {},
  },
  {
    name: 'a missing name, caught',
    cells: { a: 'x = 1', b: 'try:\n    print(x)\nexcept NameError:\n    print("none")' },
    steps: 'b a',
    stale: { b: 'order(x<a)' },
  },
];

const RANDOM: Case[] = [
  {
    name: 'draws in order',
    cells: { a: 'import random', b: 'print(random.random())', c: 'print(random.random())' },
    steps: 'a b c',
    stale: {},
  },
  {
    name: 'a draw skipped',
    cells: { a: 'import random', b: 'print(random.random())', c: 'print(random.random())' },
    steps: 'a c',
    stale: { b: never, c: 'upstream-stale(python.random<b)' },
  },
  {
    name: 'a draw twice',
    cells: { a: 'import random', b: 'print(random.random())', c: 'print(random.random())' },
    steps: 'a b b c',
    stale: { b: 'overwritten(python.random<b)', c: 'upstream-stale(python.random<b)' },
  },
  {
    name: 'draws out of order',
    cells: { a: 'import random', b: 'print(random.random())', c: 'print(random.random())' },
    steps: 'a c b',
    stale: { b: 'overwritten(python.random<c)', c: 'upstream-stale(python.random<b)' },
  },
  {
    name: 'a seed of one’s own',
    cells: { a: 'import random', b: 'random.seed(1)\nprint(random.random())', c: 'print(random.random())' },
    steps: 'a b c b c',
    stale: {},
  },
  {
    name: 'a new stream each time',
    cells: { a: 'import numpy as np', b: 'print(np.random.default_rng().random())' },
    steps: 'a b b',
    stale: { b: 'order(numpy.default_rng)' },
  },
  {
    name: 'a seeded generator',
    cells: { a: 'import numpy as np', b: 'g = np.random.default_rng(1)', c: 'print(g.random())' },
    steps: 'a b c c',
    stale: { c: 'overwritten(g<c)' },
  },
  {
    name: 'a seeded generator, begun again',
    cells: { a: 'import numpy as np', b: 'g = np.random.default_rng(1)', c: 'print(g.random())' },
    steps: 'a b c b c',
    stale: {},
  },
];

const FILES: Case[] = [
  {
    name: 'a file read',
    cells: { a: "print(open('in.txt').read())" },
    steps: 'a',
    stale: {},
    files: { 'in.txt': 'one' },
  },
  {
    name: 'a file changed from outside',
    cells: { a: "print(open('in.txt').read())" },
    steps: 'a !in.txt:two',
    stale: { a: 'input-changed(in.txt)' },
    files: { 'in.txt': 'one' },
  },
  {
    name: 'a file changed from outside, read again',
    cells: { a: "print(open('in.txt').read())" },
    steps: 'a !in.txt:two a',
    stale: {},
    files: { 'in.txt': 'one' },
  },
  {
    name: 'a file changed and changed back',
    cells: { a: "print(open('in.txt').read())" },
    steps: 'a !in.txt:two !in.txt:one',
    stale: {},
    files: { 'in.txt': 'one' },
  },
  {
    name: 'a file removed',
    cells: { a: "print(open('in.txt').read())" },
    steps: 'a !-in.txt',
    stale: { a: 'input-changed(in.txt)' },
    files: { 'in.txt': 'one' },
  },
  {
    name: 'a file written above',
    cells: { a: "with open('w1.txt', 'w') as f: f.write('1')", b: "print(open('w1.txt').read())" },
    steps: 'a b a',
    stale: {},
  },
  {
    name: 'a file that was not there',
    cells: {
      a: "try:\n    print(open('w2.txt').read())\nexcept OSError:\n    print('none')",
      b: "with open('w2.txt', 'w') as f: f.write('1')",
    },
    steps: 'a b a',
    stale: { a: 'order(w2.txt<b)' },
  },
  {
    name: 'a file that was not there, in order',
    cells: {
      a: "try:\n    print(open('w3.txt').read())\nexcept OSError:\n    print('none')",
      b: "with open('w3.txt', 'w') as f: f.write('1')",
    },
    steps: 'a b',
    stale: {},
  },
  {
    name: 'a file read before its writer',
    cells: {
      a: "with open('w4.txt', 'w') as f: f.write('1')",
      b: "try:\n    print(open('w4.txt').read())\nexcept OSError:\n    print('none')",
    },
    steps: 'b a',
    stale: { b: 'order(w4.txt<a)' },
  },
  {
    name: 'a file overwritten by a cell below',
    cells: { a: "print(open('in5.txt').read())", b: "with open('in5.txt', 'w') as f: f.write('2')" },
    steps: 'a b a',
    stale: { a: 'overwritten(in5.txt<b)' },
    files: { 'in5.txt': 'one' },
  },
  {
    name: 'a writer of files that was edited',
    cells: { a: "with open('w6.txt', 'w') as f: f.write('1')", b: "print(open('w6.txt').read())" },
    steps: "a b a=with~open('w6.txt',~'w')~as~f:~f.write('2')",
    stale: { a: changed, b: 'upstream-stale(w6.txt<a)' },
  },
];

const KERNEL: Case[] = [
  { name: 'a restart changes nothing', cells: XYZ, steps: 'a b c !restart', stale: {} },
  {
    name: 'what was stale stays so',
    cells: XYZ,
    steps: 'a b c a=x~=~2 a !restart',
    stale: { b: 'input-changed(x<a)', c: 'upstream-stale(y<b)' },
  },
  {
    name: 'a value that a restart took',
    cells: { a: 'x = 1', b: 'print(x)' },
    steps: 'a !restart b',
    stale: { b: 'restarted(x<a)' },
  },
  { name: 'a restart, all run', cells: XYZ, steps: 'a b c !restart a b c', stale: {} },
  {
    name: 'draws after a restart',
    cells: { a: 'import random', b: 'print(random.random())' },
    steps: 'a b !restart a b',
    stale: {},
  },
  { name: 'an earlier output by name', cells: { a: '1 + 1', b: '_ + 1' }, steps: 'a b', stale: {} },
  {
    name: 'an earlier output, out of order',
    cells: { a: '1 + 1', b: '2 + 2', c: '_ + 1' },
    steps: 'b a c',
    stale: { c: 'order(_)' },
  },
  {
    name: 'a display that a later cell updates',
    cells: {
      a: "h = display('one', display_id='d1')",
      b: "from IPython.display import update_display\nupdate_display('two', display_id='d1')",
    },
    steps: 'a b',
    stale: {},
  },
  {
    name: 'a display shown again after its update',
    cells: {
      a: "h = display('one', display_id='d2')",
      b: "from IPython.display import update_display\nupdate_display('two', display_id='d2')",
    },
    steps: 'a b a',
    stale: { a: 'order(<b)' },
  },
  {
    name: 'an environment variable',
    cells: { a: 'import os', b: "os.environ['LITMUS'] = '1'", c: "print(os.environ.get('LITMUS'))" },
    steps: 'a b c',
    stale: {},
  },
  {
    name: 'an environment variable set below',
    cells: { a: 'import os', b: "print(os.environ.get('LITMUS_B'))", c: "os.environ['LITMUS_B'] = '1'" },
    steps: 'a b c b',
    stale: { b: 'overwritten(environ<c)' },
  },
];

export const CASES: readonly Case[] = [
  ...NAMES, ...ORDER, ...CELLS, ...OBJECTS, ...NAMESPACE, ...SETTINGS, ...MODULES, ...FUNCTIONS, ...RANDOM, ...FILES, ...KERNEL,
]; // prettier-ignore
