/**
 * Never falsely Same. Two runs of one notebook, in each cell of which exactly one small thing differs between the runs;
 * every such cell must be told apart, whatever the others do.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellVerdict, Judgement } from '../../src/replay/documents';
import { PYTHON, Workplace } from './support';

type Pair = readonly [what: string, source: string];

/** `pick` gives its first value in one run and its second in the other; it is no variable that differs. */
const PREPARATION = `
import datetime, decimal, gzip, io, json, logging, os, random, secrets, struct, sys, uuid, warnings, zipfile, zlib
import collections, shutil, subprocess
import numpy as np, pandas as pd
from IPython.display import HTML, Image, JSON, Latex, Markdown, SVG, clear_output, display

def pick(a, b):
    return b if os.environ['PAIR_SIDE'] == 'b' else a

def show(mime, value):
    display({'text/plain': 'the same', mime: value}, raw=True)

def png(red):
    rows = b''.join(b'\\0' + b''.join(bytes([red if x == y == 3 else 9, x, y]) for x in range(8)) for y in range(8))
    chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    header = struct.pack('>IIBBBBB', 8, 8, 8, 2, 0, 0, 0)
    return b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', header) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b'')

class Holder:
    def __init__(self, value):
        self.value = value

growing, holder, doomed, table, vector = [], Holder(0), 1, pd.DataFrame({'a': [1, 2]}), np.zeros(4)
`;

const OUTPUTS: Pair[] = [
  ['the last bit of a printed float', 'print(pick(0.1 + 0.2, 0.3))'],
  ['the last bit of a resulting float', 'pick(0.1, 0.10000000000000002)'],
  ['the sign of zero', 'print(pick(0.0, -0.0))'],
  ['True and 1', 'print(pick(True, 1))'],
  ['not a number and None', 'print(pick(float("nan"), None))'],
  ['a random hexadecimal number', 'print(os.urandom(8).hex())'],
  ['a hexadecimal number that looks like an address', "print(pick('0x7f3a12b4c5d0', '0x7f3a12b4c5e0'))"],
  [
    'a place in memory outside angle brackets',
    "print(pick('read at 0x7f3a12b4c5d0.', 'read at 0x7f3a12b4c5e0.'))",
  ],
  ['an address and the text of its mask', "print(pick('<o at 0x7f3a12b4c5d0>', '<o at ‹address›>'))"],
  ['the name of an object at an address', "print(pick('<Lion at 0x7f3a12b4c5d0>', '<Lynx at 0x7f3a12b4c5d0>'))"],
  ['the order of a list', 'print(pick([1, 2, 3], [1, 3, 2]))'],
  ['the order of a dict', "print(pick({'a': 1, 'b': 2}, {'b': 2, 'a': 1}))"],
  ['one space more', "print(pick('a b', 'a  b'))"],
  ['a space at the end of a line', "print(pick('a', 'a '))"],
  ['a space that does not break', "print(pick('a b', 'a\\u00a0b'))"],
  ['a newline at the end', "print('a', end=pick('\\n', ''))"],
  ['an empty line and no output', "print('') if pick(True, False) else None"],
  ['an empty display and no output', "display(HTML('')) if pick(True, False) else None"],
  ['a Unicode normal form', "print(pick('caf\\u00e9', 'cafe\\u0301'))"],
  ['a date', "print(pick('2026-01-01', '2026-01-02'))"],
  ['a time of day', "print(pick('12:30:01', '12:30:02'))"],
  ['a UUID', 'print(uuid.uuid4())'],
  ['standard error alone', "print('same'); print(pick('a', 'b'), file=sys.stderr)"],
  ['which stream says it', "print('same', file=pick(sys.stdout, sys.stderr))"],
  ['a warning', 'warnings.warn(pick("small", "large"))'],
  ['a log line', 'logging.getLogger("x").warning(pick("small", "large"))'],
  ['the output of a shell command', '!echo $PAIR_SIDE'],
  ['what a line ends as after a carriage return', "print(pick('  50 %\\r100 %', '  50 %\\r 99 %'))"],
  ['what is left of an overwritten line', "print(pick('abcdef\\rXY', 'abcdeg\\rXY'))"],
  ['what is left after backspaces', "print(pick('abc\\bd', 'abc\\be'))"],
  ['coloured text', "print(pick('\\x1b[31mone\\x1b[0m', '\\x1b[31mtwo\\x1b[0m'))"],
  ['a number printed under %time', '%time print(pick(1, 2))'],
  ['a number in a line with a duration under %%time', "%%time\nprint(pick('3 rows in 1 ms', '4 rows in 1 ms'))"],
  ['a wall time that the user printed', "print(pick('Wall time: 1.21 s', 'Wall time: 1.22 s'))"],
  [
    'a report of times that the user printed under %%time',
    "%%time\nprint('CPU times: user 1 s, sys: 1 s, total:', pick('2 s', '3 s'))\nprint('Wall time: 2 s')",
  ],
  ['a duration in a sentence', "print(pick('took 1.2 s', 'took 1.3 s'))"],
  ['a path that is not of the environment', "print(pick('/data/a/rows.csv', '/data/b/rows.csv'))"],
  ['a path in another library folder', "print(pick('/x/lib/site-packages/a.py', '/y/lib/site-packages/a.py'))"],
  ['a path that only looks temporary', "print(pick('/tmp/ipykernel_a/1.py', '/tmp/ipykernel_b/1.py'))"],
  ['a line with a percentage and bars', "print(pick(' 40%|a| of all', ' 40%|b| of all'))"],
  [
    'the count of a progress bar',
    "sys.stderr.write('\\r 50%|█████     | ' + pick('4', '5') + '/10 [00:01<00:01,  3.99it/s]\\n')",
  ],
  [
    'what a progress bar is about',
    "sys.stderr.write('\\r' + pick('train', 'tests') + ': 100%|██████████| 10/10 [00:01<00:00,  3.99it/s]\\n')",
  ],
  [
    'a metric of a training line',
    "print('1/1 ━━━━━━━━━━━━━━━━━━━━ 0s 12ms/step - loss: ' + pick('0.5001', '0.5002'))",
  ],
  ['the end of a very large output', "print('x' * 3_000_000 + pick('a', 'b'))"],
  ['one pixel of an image', 'display(Image(png(pick(9, 10))))'],
  ['a byte of another image format', "show('image/jpeg', pick('/9j/4AAQSkZJRgABAQ==', '/9j/4AAQSkZJRgABAg=='))"],
  ['an image and a text', "display(pick(Image(png(9)), HTML('<p>9</p>')))"],
  ['HTML alone', "show('text/html', pick('<b>1</b>', '<b>2</b>'))"],
  ['a number in the id of an HTML element', "show('text/html', pick('<p id=\"T_1\">', '<p id=\"T_2\">'))"],
  ['SVG alone', "show('image/svg+xml', pick('<svg width=\"1\"/>', '<svg width=\"2\"/>'))"],
  ['Markdown alone', "show('text/markdown', pick('*a*', '_a_'))"],
  ['LaTeX alone', "show('text/latex', pick('$x$', '$y$'))"],
  ['JavaScript alone', "show('application/javascript', pick('f(1)', 'f(2)'))"],
  ['a number in JSON', "show('application/json', {'a': [1, {'b': pick(1, 2)}]})"],
  ['the order of a JSON list', "show('application/json', pick([1, 2], [2, 1]))"],
  ['a text and a number in JSON', "show('application/json', {'a': pick(1, '1')})"],
  ['one form more of the same display', "show('text/html', '<p>') if pick(True, False) else display({'text/plain': 'the same'}, raw=True)"],
  ['the number of outputs', "for _ in range(pick(1, 2)): display(Markdown('again'))"],
  ['the order of two displays', "for text in pick('ab', 'ba'): display(Markdown(text))"],
  ['a display before or after a print', "order = [lambda: print('a'), lambda: display(Markdown('b'))]\nfor say in order[:: pick(1, -1)]: say()"],
  ['text on another side of a display', "print('a', end='')\nif pick(True, False): print('b')\ndisplay(Markdown('c'))\nif pick(False, True): print('b')"],
  ['what is shown after clearing', "print('gone')\nclear_output()\nprint(pick('a', 'b'))"],
  ['what a display was updated to', "shown = display(Markdown('first'), display_id=True)\nshown.update(Markdown(pick('a', 'b')))"],
  ['the message of an exception', "raise ValueError(pick('too small', 'too large'))"],
  ['the type of an exception', "raise pick(ValueError, TypeError)('bad')"],
  ['an exception and none', 'assert pick(True, False)'],
  ['the order of columns', "pd.DataFrame({'a': [1], 'b': [2]})[pick(['a', 'b'], ['b', 'a'])]"],
  ['one missing value', "pd.DataFrame({'a': [1.0, pick(2.0, np.nan)]})"],
  ['a value in a styled table', "show('text/html', '<style type=\"text/css\">\\n</style>\\n<table id=\"T_1a2b3\"><td id=\"T_1a2b3_row0_col0\">' + pick('1', '2'))"],
  ['a parameter in the diagram of a model', "from sklearn.linear_model import Ridge\nRidge(alpha=pick(1.0, 2.0))"],
]; // prettier-ignore

const FILES: Pair[] = [
  ['one byte of a file', "open('one.bin', 'wb').write(pick(b'abc', b'abd'))"],
  ['the end of a line in a file', "open('lines.txt', 'w', newline=pick('\\n', '\\r\\n')).write('a\\n')"],
  ['a file in a folder of its own', "os.makedirs('deep/er', exist_ok=True)\nopen('deep/er/a.txt', 'w').write(pick('a', 'b'))"],
  ['the content of a gzip file', "with gzip.open('text.gz', 'wb') as file: file.write(pick(b'abc', b'abd'))"],
  ['the content of a zip file', "with zipfile.ZipFile('all.zip', 'w') as file: file.writestr('a', pick('abc', 'abd'))"],
  ['the name of a member of a zip file', "with zipfile.ZipFile('names.zip', 'w') as file: file.writestr(pick('a', 'b'), 'abc')"],
  ['the last bit in an npz file', "np.savez('arrays.npz', a=np.array([pick(0.1 + 0.2, 0.3)]))"],
  ['the type of an array in an npy file', "np.save('type.npy', np.array([1, 2], dtype=pick('i4', 'u4')))"],
  ['a row of a CSV file', "pd.DataFrame({'a': [1, pick(2, 3)]}).to_csv('rows.csv', index=False)"],
  ['the order of keys in a JSON file', "json.dump(pick({'a': 1, 'b': 2}, {'b': 2, 'a': 1}), open('keys.json', 'w'))"],
  ['what is appended to a file', "open('log.txt', 'a').write(pick('a', 'b'))"],
  ['a file written and none', "if pick(True, False): open('maybe.txt', 'w').write('a')"],
  ['a file written and deleted again', "open('brief.txt', 'w').write('a')\nif pick(False, True): os.remove('brief.txt')"],
  ['the name of a file', "open(pick('name-a.txt', 'name-b.txt'), 'w').write('a')"],
  ['a file that was moved to its place', "open('draft.txt', 'w').write(pick('a', 'b'))\nos.replace('draft.txt', 'final.txt')"],
  ['a file that a shell command wrote', '!printf $PAIR_SIDE > shell.txt'],
  ['a file that a shell command wrote into a new folder', '!mkdir -p of/shell && printf $PAIR_SIDE > of/shell/a.txt'],
  ['a file in a folder that was moved to its place', "os.makedirs('draft')\nopen('draft/a.txt', 'w').write(pick('a', 'b'))\nshutil.rmtree('final', ignore_errors=True)\nos.rename('draft', 'final')"],
]; // prettier-ignore

/** Cells that draw entropy which no seed reaches and print nothing of it: what they leave in variables counts. */
const VARIABLES: Pair[] = [
  ['bytes of the operating system', 'token = os.urandom(8)'],
  ['a list', 'numbers = list(os.urandom(8))'],
  ['a sum of a variable that differs', 'total = sum(numbers)'],
  ['a value from a function that reads a variable that differs', 'def first():\n    return numbers[:4]\nfirst_four = first()'],
  ['an array', "array = np.frombuffer(os.urandom(16), dtype='u1').copy()"],
  ['a number drawn from `random`', 'drawn = random.random()'],
  ['the second of a pair of normals', 'np.random.seed(None); np.random.standard_normal()\nnormal = np.random.standard_normal()'],
  ['a pair of normals begun', 'half = np.random.standard_normal(3)'],
  ['a pair of normals that an earlier cell began', 'other_half = np.random.standard_normal()'],
  ['a number drawn after very many statements', `${'filler = 1\n'.repeat(450)}late = random.random()`],
  ['an unseeded generator', 'generator = np.random.default_rng()'],
  ['a number drawn from a generator of another cell', 'from_generator = generator.normal()'],
  ['an unseeded Random', 'own = random.Random().random()'],
  ['an unseeded RandomState', 'state_drawn = np.random.RandomState().rand()'],
  ['a secret', 'secret = secrets.token_hex(8)'],
  ['a UUID in a variable', 'name = uuid.uuid4()'],
  ['a number from SystemRandom', 'system_drawn = random.SystemRandom().random()'],
  ['a shuffled list', 'cards = list(range(52))\nrandom.shuffle(cards)'],
  ['sampled rows', "rows = pd.DataFrame({'a': range(50)}).sample(10)"],
  ['a draw in another thread', 'from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool:\n    from_threads = list(pool.map(lambda n: np.random.default_rng().random(), range(2)))'],
  ['an unseeded generator made by another thread', 'with ThreadPoolExecutor(2) as pool:\n    made_by_threads = [made.random() for made in pool.map(np.random.default_rng, [None, None])]'],
  ['one missing value in a DataFrame', "os.urandom(1); frame = pd.DataFrame({'a': [1.0, pick(np.nan, 2.0)]})"],
  ['the order of columns of a DataFrame', "os.urandom(1); columns = pd.DataFrame({'a': [1], 'b': [2]})[pick(['a', 'b'], ['b', 'a'])]"],
  ['the name of an index', "os.urandom(1); named = pd.DataFrame({'a': [1]}).rename_axis(pick('x', 'y'))"],
  ['whole numbers and floats in a Series', "os.urandom(1); series = pd.Series([1, 2], dtype=pick('int64', 'float64'))"],
  ['whole numbers and floats in an array', "os.urandom(1); typed = np.array([1, 2], dtype=pick('i8', 'f8'))"],
  ['the shape of an array', 'os.urandom(1); shaped = np.zeros(pick((2, 3), (3, 2)))'],
  ['1 and 1.0', 'os.urandom(1); one = pick(1, 1.0)'],
  ['1 and True', 'os.urandom(1); truth = pick(1, True)'],
  ['the last bit of a float', 'os.urandom(1); bit = pick(0.1 + 0.2, 0.3)'],
  ['the sign of zero in a variable', 'os.urandom(1); zero = pick(0.0, -0.0)'],
  ['a value of a dict', "os.urandom(1); mapping = {'a': {'b': [pick(1, 2)]}}"],
  ['the order of a dict in a variable', "os.urandom(1); ordered = pick({'a': 1, 'b': 2}, {'b': 2, 'a': 1})"],
  ['a member of a set', "os.urandom(1); members = {'a', pick('b', 'c')}"],
  ['a tuple and a list', 'os.urandom(1); sequence = pick((1, 2), [1, 2])'],
  ['an exact decimal', "os.urandom(1); exact = decimal.Decimal(pick('1.0', '1.00'))"],
  ['a date in a variable', 'os.urandom(1); day = datetime.date(2026, 1, pick(1, 2))'],
  ['an element appended to a list of another cell', 'growing.append(os.urandom(1)[0] * 256 + os.urandom(1)[0])'],
  ['an attribute of an object of another cell', 'os.urandom(1); holder.value = pick(1, 2)'],
  ['a cell of a DataFrame of another cell', "os.urandom(1); table.loc[0, 'a'] = pick(5, 6)"],
  ['an element of an array of another cell', 'os.urandom(1); vector[2] = pick(5, 6)'],
  ['a name set through globals()', "os.urandom(1); globals()['hidden'] = pick(1, 2)"],
  ['a variable that is deleted', 'os.urandom(1)\nif pick(False, True): del doomed'],
  ['an object of a class of the notebook', 'os.urandom(1); instance = Holder(pick(1, 2))'],
  ['split data', 'from sklearn.model_selection import train_test_split\nleft, right = train_test_split(np.arange(40))'],
  ['a model fitted from an unseeded draw', 'from sklearn.linear_model import LinearRegression\nmodel = LinearRegression().fit(np.random.rand(20, 2), np.random.rand(20))'],
  ['a forest grown without a seed', 'from sklearn.ensemble import RandomForestRegressor\nforest = RandomForestRegressor(3).fit(np.arange(40).reshape(20, 2), np.arange(20))'],
  ['numbers drawn by joblib’s worker processes', 'from joblib import Parallel, delayed\nworked = Parallel(n_jobs=2)(delayed(np.random.rand)() for _ in range(3))'],
  ['numbers drawn by a pool of processes', 'from multiprocessing import Pool\nwith Pool(2) as processes: pooled = processes.map(np.random.rand, [1, 2])'],
  ['bytes taken from the system by a pool of threads', 'from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as threads: taken = list(threads.map(os.urandom, [3, 4]))'],
  ['a line read from a file that differs', "line = open('rows.csv').read()"],
  ['a table read from a file that differs', "read_table = pd.read_csv('rows.csv')"],
]; // prettier-ignore

const workplace = new Workplace();
let cells: Map<string, CellVerdict>;

beforeAll(async () => {
  const silent = VARIABLES.map(([what, source]) => [what, `${source}\nprint('done')`] as const);
  const pairs = [['preparation', PREPARATION] as const, ...OUTPUTS, ...FILES, ...silent];
  const notebook = workplace.notebook(
    'pairs.ipynb',
    pairs.map(([, source]) => source),
  );
  const runs: string[] = [];
  for (const side of ['a', 'b']) {
    const args = ['run', notebook, '--policy', 'observe', '--allow-errors', '--format', 'json'];
    const { stdout, stderr, code } = await workplace.start([...args, '--python', PYTHON], {
      env: { PAIR_SIDE: side },
    }).ended;
    expect(code, stderr).toBe(0);
    runs.push((JSON.parse(stdout) as { run: string }).run);
  }
  const { stdout } = await workplace.reprise('compare', ...runs, '--format', 'json');
  const judgement = JSON.parse(stdout) as Judgement;
  cells = new Map(judgement.cells.map((cell, i) => [pairs[i]![0], cell]));
});

afterAll(() => workplace.remove());

it('calls the cell before all of them identical', () => {
  expect(cells.get('preparation')).toMatchObject({ verdict: 'identical', differences: [] });
});

describe('tells apart, in what a cell shows,', () => {
  it.each(OUTPUTS)('%s', (what) => {
    expect(cells.get(what)).toMatchObject({ verdict: 'different' });
    expect(cells.get(what)!.differences.map((difference) => difference.what)).toContain('output');
  });
});

describe('tells apart, in the files a cell wrote,', () => {
  it.each(FILES)('%s', (what) => {
    expect(cells.get(what)).toMatchObject({ verdict: 'different' });
    expect(cells.get(what)!.differences.map((difference) => difference.what)).toContain('file');
  });
});

describe('tells apart, in variables of cells that only print "done",', () => {
  it.each(VARIABLES)('%s', (what) => {
    expect(['different', 'unverifiable']).toContain(cells.get(what)!.verdict);
    const { differences } = cells.get(what)!;
    expect(differences).not.toEqual([]);
    expect(differences.filter((difference) => difference.what !== 'variable')).toEqual([]);
  });
});
