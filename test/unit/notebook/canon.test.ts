import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { canonicalize, type CanonContext, type Mask } from '../../../src/notebook/canon';
import { type Json } from '../../../src/notebook/digest';
import { rawDigest, type Output } from '../../../src/notebook/output';

const out = (text: string, name = 'stdout'): Output => ({ output_type: 'stream', name, text });
const shortened = (booster: string, generator: string): string =>
  `<div id="sk-container-id-1"><td>&lt;lightgbm.bas...${booster}&gt;</td><td class="value">RandomState(M...${generator}</td>`;
const absl = (time: string, thread = '   1'): string =>
  `I0000 00:00:${time} ${thread} cpu_feature_guard.cc:227] This TensorFlow binary is optimized\n`;
const tensorflowLog = (time: string, thread: string, date: string): string =>
  `${absl(time, thread)}To enable the following instructions: AVX2 FMA\n` +
  `${date}: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.\n`;
const err = (text: string): Output => out(text, 'stderr');
const show = (data: { [mime: string]: Json }): Output => ({
  output_type: 'display_data',
  data,
  metadata: {},
});
const raised = (ename: string, evalue: string, traceback: string[] = []): Output => ({
  output_type: 'error',
  ename,
  evalue,
  traceback,
});

type Pair = {
  name: string;
  a: Output[];
  b: Output[];
  masks: Mask[];
  ctxA?: CanonContext;
  ctxB?: CanonContext;
};

function pair(name: string, a: Output, b: Output, masks: Mask[], ctxA?: CanonContext, ctxB = ctxA): Pair {
  return { name, a: [a], b: [b], masks, ...(ctxA ? { ctxA } : {}), ...(ctxB ? { ctxB } : {}) };
}

const styler = (id: string, value = 2): Output =>
  show({
    'text/html':
      `<style type="text/css">\n#T_${id}_row1_col0, #T_${id}_row2_col0 {\n  background-color: yellow;\n}\n</style>\n` +
      `<table id="T_${id}">\n<td id="T_${id}_row0_col0" class="data row0 col0" >${value}</td>\n</table>\n`,
  });
const altair = (id: string): Output =>
  show({
    'text/html': `<style>#altair-viz-${id}.vega-embed {}</style><div id="altair-viz-${id}"></div><script>if (outputDiv.id !== "altair-viz-${id}") {}</script>`,
  });
const diagram = (n: number): Output =>
  show({
    'text/html': `<style>#sk-container-id-${n} {}</style><div id="sk-container-id-${n}" class="sk-top-container"><input id="sk-estimator-id-${n}"><label for="sk-estimator-id-${n}">SVC</label></div>`,
  });
const widget = (id: string, text = 'IntSlider(value=0)'): Output =>
  show({
    'text/plain': text,
    'application/vnd.jupyter.widget-view+json': { version_major: 2, version_minor: 0, model_id: id },
  });

const timeCell = { source: '%time f()' };
const timeitCell = { source: '%timeit f()' };
const time = (user: string, wall: string): string =>
  `CPU times: user ${user}, sys: 0 ns, total: ${user}\nWall time: ${wall}\n`;
const timeit = (mean: string, std: string, loops: string): string =>
  `${mean} ± ${std} per loop (mean ± std. dev. of 7 runs, ${loops} each)\n`;
const profile = (t: string): string =>
  `         5 function calls (4 primitive calls) in ${t} seconds\n\n   Ordered by: internal time\n\n` +
  '   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n' +
  `      2/1    ${t}    ${t}    ${t}    ${t} <string>:1(<module>)\n` +
  `        1    ${t}    ${t}    ${t}    ${t} {built-in method builtins.sum}\n\n\n`;

const bar = (n: number, time: string, rate: string, more = ''): string =>
  `\r${' '.repeat(n === 3 ? 0 : 1)}${n === 3 ? 100 : 33}%|${'█'.repeat(n * 3)}${' '.repeat(10 - n * 3)}| ${n}/3 [${time}, ${rate}${more}]`;

const keras3 = (time: string, step: string, loss = '0.6931'): string =>
  `\u001b[1m10/10\u001b[0m \u001b[32m${'━'.repeat(20)}\u001b[0m\u001b[37m\u001b[0m \u001b[1m${time}\u001b[0m ${step} - accuracy: 0.5000 - loss: ${loss}`;
const kerasRun = (frames: string[]): string =>
  'Epoch 1/2\n' +
  frames.map((frame, i) => (i === 0 ? frame : '\b'.repeat(70) + '\r' + frame)).join('') +
  '\n';
const nested = (rate: string): string =>
  '\r  0%|          | 0/2 [00:00<?, ?it/s]\n\r  0%|          | 0/2 [00:00<?, ?it/s]\u001b[A' +
  `\n\r100%|##########| 2/2 [00:00<00:00,  ${rate}it/s]\u001b[A` +
  `\n\r                                             \u001b[A\r100%|##########| 2/2 [00:00<00:00,  ${rate}it/s]\n`;

describe('canon/1 makes equal', () => {
  const pairs: Pair[] = [
    pair('addresses', out('<f at 0x7faa67e06fd0>'), out('<f at 0x55D0>'), ['address']),
    pair(
      'addresses in HTML',
      show({ 'text/html': '<td>&lt;A at 0x1f&gt;</td>' }),
      show({ 'text/html': '<td>&lt;A at 0x2f&gt;</td>' }),
      ['address'],
    ),
    pair('colours', show({ 'text/plain': '\u001b[31mred\u001b[0m' }), show({ 'text/plain': 'red' }), [
      'ansi',
    ]),
    pair('carriage returns', out('10%\r100%\n'), out('100%\r\n'), ['cr']),
    pair('backspaces', out('abx\b\n'), out('ab\n'), ['cr']),
    pair(
      'the kernel’s pid',
      err('/tmp/ipykernel_5943/250.py:1: UserWarning'),
      err('/tmp/ipykernel_7/250.py:1: UserWarning'),
      ['ipykernel-path'],
    ),
    pair(
      'the place of the environment',
      err('/opt/a/lib/python3.11/site-packages/sklearn/base.py:9: UserWarning'),
      err('/home/b/.venv/lib/python3.11/site-packages/sklearn/base.py:9: UserWarning'),
      ['library-path'],
      { prefix: '/opt/a' },
      { prefix: '/home/b/.venv/' },
    ),
    pair('tracebacks', raised('E', 'x', ['line 1']), raised('E', 'x', ['line 2']), ['traceback']),
    pair('addresses in errors', raised('E', '<A at 0x1>'), raised('E', '<A at 0x2>'), ['address']),
    pair('Styler ids', styler('f590d'), styler('a1c9e'), ['generated-id']),
    pair('Altair ids', altair('0'.repeat(32)), altair('7d2a5dbaf25641c8b943e6729ae73cc3'), ['generated-id']),
    pair('scikit-learn diagram ids', diagram(1), diagram(12), ['generated-id']),
    pair('widget model ids', widget('81deefb73ccc4f9584d10ae9db65f039'), widget('a'.repeat(32)), [
      'generated-id',
    ]),
    pair('%time', out(time('5 μs', '8.34 μs')), out(time('1min 2s', '1min 3s')), ['timing'], timeCell),
    pair(
      '%time with a slow compiler',
      out(time('1 s', '2 s')),
      out(time('3 ms', '1e+03 ns') + 'Compiler : 120 ms\nParser   : 1.2 s\n'),
      ['timing'],
      timeCell,
    ),
    pair(
      '%%time after the cell’s own text',
      out('Wall time: 3 ms\n' + time('5 µs', '6 us')),
      out('Wall time: 3 ms\n' + time('7 ns', '1 s')),
      ['timing'],
      { source: '%%time\nprint("Wall time: 3 ms")' },
    ),
    pair(
      '%timeit',
      out(timeit('418 ns', '164 ns', '1 loop')),
      out(
        'The slowest run took 5.23 times longer than the fastest. This could mean that an intermediate result is being cached.\n' +
          timeit('1.2 ms', '1min 3s', '10,000,000 loops'),
      ),
      ['timing'],
      timeitCell,
    ),
    pair(
      'what %timeit -o returns',
      show({ 'text/plain': `<TimeitResult : ${timeit('1 ns', '2 ns', '10 loops').trim()}>` }),
      show({ 'text/plain': `<TimeitResult : ${timeit('3 ns', '4 ns', '100 loops').trim()}>` }),
      ['timing'],
      { source: 'r = %timeit -o f()\nr' },
    ),
    pair('%prun', out(profile('0.000')), out(profile('0.012')), ['timing'], { source: '%prun f()' }),
    pair(
      'tqdm, whatever frames it drew',
      err(bar(1, '00:00<?', '?it/s') + bar(3, '00:00<00:00', ' 6.65it/s') + '\n'),
      err(bar(3, '1:00:01<00:00', ' 1.65s/it') + '   \n'),
      ['cr', 'timing'],
    ),
    pair(
      'tqdm with postfix and scale',
      err('\r100%|██████████| 4.00k/4.00k [00:00<00:00, 1.90kbatch/s, acc=1e-3, loss=0.5]\n'),
      err('\r100%|██████████| 4.00k/4.00k [00:00<00:00, 950batch/s, acc=1e-3, loss=0.5]\n'),
      ['cr', 'timing'],
    ),
    pair(
      'tqdm that clears its line',
      err(bar(3, '00:00<00:00', ' 6.65it/s') + '\r' + ' '.repeat(44) + '\rdone\n'),
      err(bar(3, '00:00<00:00', '10.65it/s') + '\r' + ' '.repeat(45) + '\rdone\n'),
      ['cr', 'timing'],
    ),
    pair(
      'tqdm without a total',
      err('\r0it [00:00, ?it/s]\r300it [00:00, 883.11it/s]\n'),
      err('\r0it [00:00, ?it/s]\r89it [00:00, 7.1it/s]\r300it [00:00,  7.11it/s]\n'),
      ['cr', 'timing'],
    ),
    pair(
      'a NumPy generator',
      out('RandomState(MT19937) at 0x7F3815563140,'),
      out('RandomState(MT19937) at 0x7F3A817FAE40,'),
      ['address'],
    ),
    pair(
      'addresses that scikit-learn shortens',
      show({ 'text/html': shortened('x7f81c3a4f690', '0x7F3815563140') }),
      show({ 'text/html': shortened('x7fb8dee867d0', '0x7F3A817FAE40') }),
      ['address', 'generated-id'],
    ),
    pair(
      "time and thread of TensorFlow's log lines",
      err(tensorflowLog('1795728421.610297', '   16768', '2026-11-26 21:20:21.610297')),
      err(tensorflowLog('1795728475.065520', '  176430', '2026-11-27 01:02:03.000004')),
      ['timing'],
    ),
    pair('nested tqdm bars', err(nested('8.31')), err(nested('7.00')), ['cr', 'timing']),
    pair(
      'Keras 3',
      out(kerasRun([keras3('0s', '0s/step', '0.9'), keras3('1s', '12ms/step')])),
      out(kerasRun([keras3('12s', '120ms/step')])),
      ['cr', 'ansi', 'timing'],
    ),
    pair(
      'Keras 2',
      out('10/10 [==============================] - 1s 12ms/step - loss: 0.6931\n'),
      out('10/10 [==============================] - 0s 999us/step - loss: 0.6931\n'),
      ['timing'],
    ),
    pair(
      'Keras with verbose=2',
      out('10/10 - 1s - 112ms/step - accuracy: 0.5 - loss: 0.69\n'),
      out('10/10 - 0s - 9ms/step - accuracy: 0.5 - loss: 0.69\n'),
      ['timing'],
    ),
    pair(
      'key order of JSON',
      show({ 'application/json': { a: 1, b: 2 } }),
      show({ 'application/json': { b: 2, a: 1 } }),
      [],
    ),
  ];

  it.each(pairs)('$name', ({ a, b, masks, ctxA, ctxB }) => {
    const [inA, inB] = [canonicalize(a, ctxA), canonicalize(b, ctxB)];
    expect(inA.outputs).toEqual(inB.outputs);
    expect(inA.digest).toBe(inB.digest);
    const used = new Set([...inA.masks, ...inB.masks]);
    for (const mask of masks) expect(used).toContain(mask);
    for (const mask of used) expect(masks).toContain(mask);
  });

  it.each(pairs.filter(({ masks }) => masks.length === 1))(
    '$name, only by its mask',
    ({ a, b, masks, ctxA, ctxB }) => {
      expect(canonicalize(a, { ...ctxA, without: masks }).digest).not.toBe(
        canonicalize(b, { ...ctxB, without: masks }).digest,
      );
    },
  );
});

describe('canon/1 keeps apart', () => {
  const text = (a: string, b: string, context?: CanonContext): Pair => pair(a, out(a), out(b), [], context);
  const html = (a: string, b: string): Pair =>
    pair(a, show({ 'text/html': a }), show({ 'text/html': b }), []);
  const prefixes = { prefix: '/opt/a' };
  const pairs: Pair[] = [
    text('0x1f', '0x2f'),
    text('stored at 0x1f', 'stored at 0x2f'),
    text('<at 0x1f>', '<at 0x2f>'),
    text('<A at 0x1f, size 3>', '<A at 0x2f, size 3>'),
    text('<A at 0x1f>', '<A at 0x‹address›>'),
    text('<A at 0x1f>', '<A at ‹address›>'),
    text('<A at 0x1f>', '<A at ‹‹address›>'),
    text('<A at ‹address›>', '<A at ‹‹address›>'),
    text('0.1234567890123456', '0.1234567890123457'),
    text('a  b', 'a b'),
    text('a\n', 'a'),
    text('a\t', 'a '),
    text('caf\u00e9', 'cafe\u0301'),
    text('2026-11-23', '2026-11-24'),
    text('12:30:01', '12:30:02'),
    text('id 81deefb73ccc4f9584d10ae9db65f039', 'id a1deefb73ccc4f9584d10ae9db65f039'),
    text('took 1.2 s', 'took 1.3 s', timeCell),
    text('Wall time: 3 ms', 'Wall time: 4 ms'),
    text('Wall time: 3 ms', 'Wall time: 4 ms', timeCell),
    text(time('1 s', '2 s'), time('1 s', '3 s'), { source: 'print(report)' }),
    text(time('1 s', '2 s'), time('1 s', '3 s'), { source: '# %time f()\nprint(report)' }),
    text(time('1 s', '2 s') + 'x', time('1 s', '2 s') + 'y', timeCell),
    text(time('1 s', '2 s') + time('1 s', '2 s'), time('1 s', '3 s') + time('1 s', '2 s'), {
      source: '%%time\nf()',
    }),
    text(timeit('1 ns', '2 ns', '10 loops'), timeit('3 ns', '2 ns', '10 loops'), timeCell),
    text(
      timeit('1 ns', '2 ns', '10 loops'),
      timeit('1 ns', '2 ns', '10 loops').replace('7 runs', '8 runs'),
      timeitCell,
    ),
    text(profile('0.000'), profile('0.000').replace('2/1', '3/1'), { source: '%prun f()' }),
    text('acc 100%|ok| 3/3', 'acc 90%|ok| 3/3'),
    text('100% 5/5 [00:00<00:00, 6.65it/s]', '100% 5/5 [00:00<00:00, 7.65it/s]'),
    text('5it [00:00, 6.65it/s]', '5it [00:00, 7.65it/s]'),
    text('\r5 rows [00:00, 6.65it/s]', '\r5 rows [00:00, 7.65it/s]'),
    text('100%|ok| 5/5 [00:00<00:00, 6.65it/s]', '100%|ok| 5/5 [00:00<00:00, 7.65it/s]'),
    text('100%|███| 5/5 [1<2, 6.65it/s]', '100%|███| 5/5 [1<3, 6.65it/s]'),
    text('100%|███| 5/5 [00:00<00:00, 6.65it/s, loss=1]', '100%|███| 5/5 [00:00<00:00, 6.65it/s, loss=2]'),
    text('100%|███| 5/5 [00:00<00:00, 6.65it/s]', '100%|███| 6/6 [00:00<00:00, 6.65it/s]'),
    text('100%|███| 5/5 [00:00<00:00, 6.65it/s]', '100%|███| 5/5 [00:00<00:00, 6.65row/s]'),
    text('100%|███| 5/5 [00:00<00:00, 6.65it/s] 1', '100%|███| 5/5 [00:00<00:00, 6.65it/s] 2'),
    text('a: 100%|███| 5/5 [00:00<00:00, 6.65it/s]', 'b: 100%|███| 5/5 [00:00<00:00, 6.65it/s]'),
    text('10/10 - 1s - loss: 0.69', '10/10 - 2s - loss: 0.69'),
    text('9/10 - 1s - 5ms/step - loss: 0.69', '9/10 - 2s - 5ms/step - loss: 0.69'),
    text(keras3('1s', '12ms/step', '0.6931'), keras3('1s', '12ms/step', '0.6932')),
    text('score 10/10 ━━━━ 1s 12ms/step', 'score 10/10 ━━━━ 2s 12ms/step'),
    text('10/10 1s 12ms/step', '10/10 2s 12ms/step'),
    text('elapsed 1s 12ms/step', 'elapsed 2s 12ms/step'),
    text('done', 'done\n'),
    pair('text after nested bars', err(nested('8.31') + 'done'), err(nested('8.31') + 'done\n'), []),
    pair('a line after nested bars', err(nested('8.31') + '\ndone'), err(nested('8.31') + 'done'), []),
    text('a\u001b[A', 'b\u001b[A'),
    text('a\nb\u001b[A\rc', 'd\nb\u001b[A\rc'),
    text('/tmp/ipykernel_12/250.py:1', '/tmp/ipykernel_12/251.py:1'),
    text('/data/ipykernel_1/x.csv', '/data/ipykernel_2/x.csv'),
    text('/opt/a/data.csv', '/opt/b/data.csv', prefixes),
    text('/opt/a/lib/python3.11/x.py', '/opt/a/lib/python3.12/x.py', prefixes),
    text('/opt/a/lib/python3.11/x.py', '/opt/b/lib/python3.11/x.py', prefixes),
    text('/mnt/opt/a/lib/python3.11/x.py', '/nfs/opt/a/lib/python3.11/x.py', prefixes),
    html('<td>T_f590d</td>', '<td>T_a1c9e</td>'),
    html('<table id="T_f590d">', '<table id="T_a1c9e">'),
    pair('a styled value', styler('f590d', 2), styler('f590d', 3), []),
    pair(
      'two tables and one twice',
      show({ 'text/html': two(styler('f590d'), styler('a1c9e')) }),
      show({ 'text/html': two(styler('f590d'), styler('f590d')) }),
      [],
    ),
    html('<p>altair-viz-' + '0'.repeat(32), '<p>altair-viz-' + '1'.repeat(32)),
    html('<p id="sk-container-id-x">sk-container-id-1', '<p id="sk-container-id-x">sk-container-id-2'),
    pair('another widget', widget('a'.repeat(32)), widget('a'.repeat(32), 'IntSlider(value=1)'), []),
    pair('error names', raised('ValueError', 'x'), raised('TypeError', 'x'), []),
    pair('error values', raised('E', 'row 1'), raised('E', 'row 2'), []),
    pair(
      'another place in a log line',
      err(tensorflowLog('1', '2', '2026-11-26 21:20:21.610297')),
      err(tensorflowLog('1', '2', '2026-11-26 21:20:21.610297').replace('port.cc:153', 'port.cc:154')),
      ['timing'],
    ),
    pair(
      'a date that is no log line',
      err('2026-11-26 21:20:21.610297: Info\n'),
      err('2026-11-27 21:20:21.610297: Info\n'),
      [],
    ),
    html('<td>&lt;lightgbm.bas...x7f81c3a4f690&gt;</td>', '<td>&lt;lightgbm.bas...x7fb8dee867d0&gt;</td>'),
    html(
      '<div id="sk-container-id-1"><td>[0....x123456]</td>',
      '<div id="sk-container-id-1"><td>[0....x123457]</td>',
    ),
    pair('log lines that the notebook prints', out(absl('1.000001')), out(absl('2.000001')), []),
    pair('stdout and stderr', out('x'), err('x'), []),
    pair(
      'display and result',
      show({ 'text/plain': 'x' }),
      { output_type: 'execute_result', data: { 'text/plain': 'x' } },
      [],
    ),
    pair(
      'HTML only',
      show({ 'text/plain': 'x', 'text/html': '<b>x' }),
      show({ 'text/plain': 'x', 'text/html': '<i>x' }),
      [],
    ),
    pair('a missing type', show({ 'text/plain': 'x', 'text/html': 'x' }), show({ 'text/plain': 'x' }), []),
    pair('JSON numbers', show({ 'application/json': [1] }), show({ 'application/json': ['1'] }), []),
    pair(
      'JSON order of a list',
      show({ 'application/json': [1, 2] }),
      show({ 'application/json': [2, 1] }),
      [],
    ),
    pair('an unreadable PNG', show({ 'image/png': 'AAAA' }), show({ 'image/png': 'AAAB' }), []),
  ];

  it.each(pairs)('$name', ({ a, b, ctxA, ctxB }) => {
    expect(rawDigest(a)).not.toBe(rawDigest(b));
    expect(canonicalize(a, ctxA).digest).not.toBe(canonicalize(b, ctxB).digest);
  });

  it('an output and none', () => {
    expect(canonicalize([out('')]).digest).not.toBe(canonicalize([]).digest);
  });

  it('text on two sides of a figure, when streams are joined in place', () => {
    const figure = show({ 'text/plain': '<Figure at 0x1f>' });
    const [a, b] = [
      [out('ab'), figure],
      [out('a'), figure, out('b')],
    ];
    const context = { acrossDisplays: false };
    expect(canonicalize(a).digest).toBe(canonicalize(b).digest);
    expect(canonicalize(a, context).digest).not.toBe(canonicalize(b, context).digest);
  });
});

function two(a: Output, b: Output): string {
  return [a, b]
    .map((output) => ('data' in output ? String(output.data['text/html'] as string) : ''))
    .join('');
}

describe('PNG', () => {
  const image = (change?: (pixels: Buffer) => void, filterType = 0, bitDepth: 8 | 16 = 8): string => {
    const png = new PNG({ width: 5, height: 4, bitDepth, inputHasAlpha: true });
    png.data = Buffer.alloc(5 * 4 * 4 * (bitDepth / 8));
    for (let i = 0; i < png.data.length; i++) png.data[i] = (i * 37) % 256;
    change?.(png.data);
    return PNG.sync.write(png, { filterType, bitDepth, inputHasAlpha: true }).toString('base64');
  };
  const digest = (base64: string): string => canonicalize([show({ 'image/png': base64 })]).digest;
  const masks = (base64: string): Mask[] => canonicalize([show({ 'image/png': base64 })]).masks;
  const withBytes = (base64: string, extra: Buffer, at: number): string => {
    const bytes = Buffer.from(base64, 'base64');
    return Buffer.concat([bytes.subarray(0, at), extra, bytes.subarray(at)]).toString('base64');
  };

  it('is equal by its pixels, whatever encoded it', () => {
    expect(image(undefined, 4)).not.toBe(image());
    expect(digest(image(undefined, 4))).toBe(digest(image()));
    expect(digest(image() + '\n')).toBe(digest(image()));
    expect(masks(image())).toEqual(['png-pixels']);
  });

  it('differs by the last bit of one pixel', () => {
    const changed = image((pixels) => {
      pixels[41] = (pixels[41] ?? 0) ^ 1;
    });
    expect(digest(changed)).not.toBe(digest(image()));
  });

  it('differs by the low byte of a 16-bit sample', () => {
    const [a, b] = [0, 1].map((bit) => image((pixels) => pixels.writeUInt16LE(512 + bit, 8), 0, 16));
    expect(masks(a as string)).toEqual(['png-pixels']);
    expect(digest(a as string)).not.toBe(digest(b as string));
  });

  it('is left as it is when it is animated, cut or followed by other bytes', () => {
    const animation = Buffer.from('000000086163544c0000000200000000f38d9370', 'hex');
    const whole = image();
    const size = Buffer.from(whole, 'base64').length;
    for (const left of [
      withBytes(whole, animation, 33),
      withBytes(whole, Buffer.from('more'), size),
      Buffer.from(whole, 'base64').subarray(0, 60).toString('base64'),
    ]) {
      expect(masks(left)).toEqual([]);
      expect(digest(left)).not.toBe(digest(whole));
    }
  });
});

describe('canonical text', () => {
  const text = (output: Output, context?: CanonContext): string => {
    const [first] = canonicalize([output], context).outputs;
    return first?.output_type === 'stream' ? first.text : '';
  };

  it('shows what a front end shows', () => {
    expect(text(out('123456\rabc'))).toBe('abc456');
    expect(text(out('a\r\nb\r'))).toBe('a\nb');
    expect(text(out('ab\b\b\bc\n'))).toBe('c\n');
    expect(text(out('😀x\rab'))).toBe('ab');
  });

  it('keeps everything of a bar but its times', () => {
    expect(text(err(bar(3, '00:00<00:00', ' 6.65it/s', ', loss=0.5') + '\n'))).toBe(
      '100%|█████████ | 3/3 [‹time›<‹time›, ‹rate›it, loss=0.5]\n',
    );
    expect(text(out(kerasRun([keras3('1s', '12ms/step')])))).toBe(
      `Epoch 1/2\n10/10 ${'━'.repeat(20)} ‹time› - accuracy: 0.5000 - loss: 0.6931\n`,
    );
  });

  it('keeps everything of a time report but its times', () => {
    const source = 'for i in range(2):\n    %time f()';
    expect(text(out('a\n' + time('5 µs', '6 µs') + time('1h 2min 3s', '1d 4s')), { source })).toBe(
      'a\n' + time('‹time›', '‹time›').replace('0 ns', '‹time›').repeat(2),
    );
    expect(text(out(timeit('1 ns', '2 ns', '1,000 loops')), timeitCell)).toBe(
      '‹time› ± ‹time› per loop (mean ± std. dev. of 7 runs, ‹loops› each)\n',
    );
  });

  it('is quick on 20 MB of hostile text', () => {
    const hostile = [
      '/a'.repeat(5_000_000),
      ' at 0x'.repeat(2_000_000),
      '100%|'.repeat(20_000),
      '\b'.repeat(1_000_000) + '\rx'.repeat(1_000_000),
      ' - a: '.repeat(20_000) + '10/10 - 1s',
      '1 s '.repeat(20_000),
    ];
    const start = performance.now();
    for (const line of hostile)
      canonicalize([out(line)], { source: '%time f()\n%timeit g()\n%prun h()', prefix: '/a/b' });
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
