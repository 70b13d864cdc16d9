/** Reports of every kind, judged as real runs are. */
import { PNG } from 'pngjs';
import type { Judgement } from '../../src/replay/documents';
import { judge, type JudgeOptions } from '../../src/replay/compare/judge';
import type { ReportDocument } from '../../src/replay/report/report';
import { reportDocument } from '../../src/replay/report/document';
import {
  display,
  draw,
  exact,
  failure,
  opaque,
  read,
  result,
  sha,
  side,
  stdout,
  wrote,
  type CellSpec,
  type RunSpec,
} from '../unit/replay/build';

type Specs = { original?: RunSpec; replay?: RunSpec };

export function judged(
  original: CellSpec[],
  replay: CellSpec[],
  specs: Specs = {},
  options: JudgeOptions = {},
): ReportDocument {
  const before = side(original, specs.original);
  const after = side(replay, { run: '20260101-000100-bbbbbb', ...specs.replay });
  const judgement: Judgement = judge(before, [after], options);
  return reportDocument({ run: before.run, status: 'ok', judgement, original: before, replays: [after] });
}

export function recorded(cells: CellSpec[], spec: RunSpec = {}): ReportDocument {
  const original = side(cells, spec);
  const status = original.record?.summary?.status ?? 'incomplete';
  return reportDocument({ run: original.run, status, original, replays: [] });
}

const hello: CellSpec = { code: 'print("hello")', outputs: [stdout('hello\n')] };

export const identical = judged([hello, hello], [hello, hello]);

/** Beside what its policies were measured to cost. */
export const costed: ReportDocument = {
  ...identical,
  cost: {
    measuredAt: '2026-01-01T00:00:00.000Z',
    times: 3,
    variants: [
      { name: 'plain', median: 600.1, min: 598, max: 603, ratio: 1, differs: false },
      { name: 'close', median: 603.4, min: 599, max: 611, ratio: 1.01, differs: false },
      { name: 'full', median: 2250.2, min: 2240, max: 2251, ratio: 3.75, differs: true },
    ],
  },
};

export const canonical = judged(
  [hello, { code: 'model', outputs: [result({ 'text/plain': '<Model object at 0x7f0000000001>' })] }],
  [hello, { code: 'model', outputs: [result({ 'text/plain': '<Model object at 0x7f0000000002>' })] }],
);

export const close = judged(
  [{ code: 'loss', outputs: [stdout('loss 0.12345678\n')] }],
  [{ code: 'loss', outputs: [stdout('loss 0.12345679\n')] }],
  {},
  { tolerance: { rtol: 1e-6, atol: 0 } },
);

/** Cell 1 draws what no seed reached; 2 and 3 inherit it, as a text, a picture and a file. */
export const different = judged(differentCells('1'), differentCells('2'), {
  replay: { environment: { packages: { numpy: '2.4.7', ipykernel: '7.5.0' } } },
});

export const unverifiable = judged(
  [
    hello,
    {
      code: 'handle = open_device()',
      writes: [opaque('handle')],
      entropy: [draw('uuid4', 'unreached', 1, 1)],
    },
  ],
  [
    hello,
    {
      code: 'handle = open_device()',
      writes: [opaque('handle')],
      entropy: [draw('uuid4', 'unreached', 1, 1)],
    },
  ],
);

export const onlyRecorded = recorded([
  hello,
  {
    code: 'rng = np.random.default_rng()\nrng.normal()',
    entropy: [draw('numpy.default_rng', 'enforced', 1, 1)],
  },
  { code: 'token = secrets.token_hex()', entropy: [draw('secrets', 'unreached', 1, 2)] },
  { code: 'random.seed(3)\nrandom.random()', entropy: [draw('python.random', 'seeded', 2, 3)] },
]);

const failing: CellSpec = {
  code: 'raise ValueError("bad")',
  status: 'error',
  error: { ename: 'ValueError', evalue: 'bad' },
  outputs: [failure('ValueError', 'bad')],
};
const stopped: RunSpec = { summary: { status: 'error' } };

export const repeatedError = judged([hello, failing], [hello, failing], {
  original: stopped,
  replay: stopped,
});

export const died = recorded([hello, { code: 'crash()', skipped: true }], {
  summary: { status: 'died', died: { index: 1, id: 'id1', signal: 'SIGKILL' } },
});

/** Outputs of every type that differ, behind a cell that drew what no seed reached. */
export const everyType = judged(everyTypeCells('1'), everyTypeCells('2'), {
  replay: {
    environment: {
      packages: { numpy: '2.4.7', ipykernel: '7.5.0' },
      cpu: { model: 'Xeon', flags: sha('avx512'), cores: 4 },
    },
  },
});

export const many = judged(manyCells('a'), manyCells('b'));

/** What a notebook may hold to be taken for markup, in every place where its texts are shown. */
export const HOSTILE = `</script><script>window.hurt = 1</script><img src=x onerror="window.hurt = 1"><b>bold</b> \`code\``;

export const hostile = judged(hostileCells('1'), hostileCells('2'), {
  original: { header: { notebook: `${HOSTILE}.ipynb` } },
});

function differentCells(version: string): CellSpec[] {
  const noise = exact('noise', version, 'numpy.ndarray');
  const score = exact('score', version);
  return [
    { code: 'import numpy as np', entropy: [draw('numpy.global', 'enforced')] },
    {
      code: 'import os\nnoise = os.urandom(8)',
      writes: [noise],
      entropy: [draw('os.urandom', 'unreached', 2, 1)],
    },
    {
      code: 'score = noise.mean()\nscore',
      readDigests: { noise: sha(version) },
      writes: [score],
      outputs: [result({ 'text/plain': `score ${version}.25` })],
    },
    {
      code: 'plt.plot(noise)\nsave(score)',
      readDigests: { noise: sha(version), score: sha(version) },
      outputs: [display({ 'image/png': picture(Number(version)), 'text/plain': '<Figure>' })],
      files: [read('data/wine.csv', 'same'), wrote('out/model.pt', version)],
    },
    hello,
  ];
}

function everyTypeCells(version: string): CellSpec[] {
  const frame = (rows: string): string =>
    `<div><style scoped>.dataframe { color: red }</style><table border="1" class="dataframe"><thead>` +
    `<tr style="text-align: right;"><th></th><th>model</th><th>accuracy</th><th>loss</th></tr></thead>` +
    `<tbody>${rows}</tbody></table></div>`;
  const rows = ['forest', 'boosting', 'linear', 'svm', 'tree', 'bayes', 'knn']
    .map(
      (model, i) =>
        `<tr><th>${i}</th><td>${model}</td><td>0.9${i}</td><td>${i === 1 ? `0.1234567${version}` : `0.2${i}`}</td></tr>`,
    )
    .join('');
  const figure = {
    data: [{ type: 'scatter', x: [1, 2, 3], y: [1.5, Number(`2.${version}`), 3], name: 'loss' }],
    layout: { title: { text: `run ${version}` }, width: 400 },
  };
  return [
    {
      code: 'import numpy as np\nimport os\nnoise = os.urandom(8)',
      writes: [exact('noise', version, 'bytes')],
      entropy: [draw('os.urandom', 'unreached', 3, 0)],
    },
    {
      code: 'for epoch in range(6):\n    print(epoch, fit(noise))',
      readDigests: { noise: sha(version) },
      writes: [exact('model', version, 'Model')],
      outputs: [
        stdout(
          Array.from(
            { length: 12 },
            (_, i) => `epoch ${i} loss 0.${i % 4 === 2 ? `41${version}` : '5'}\n`,
          ).join(''),
        ),
      ],
      rng: {
        before: { 'numpy.global': sha('a') },
        after: { 'numpy.global': version === '1' ? sha('x') : sha('b') },
      },
    },
    {
      code: 'scores',
      readDigests: { model: sha(version) },
      outputs: [
        result({
          'text/html': frame(rows),
          'text/plain': `   model  loss\n1  boosting  0.1234567${version}`,
        }),
      ],
    },
    {
      code: 'figure.show()',
      readDigests: { model: sha(version) },
      outputs: [display({ 'application/vnd.plotly.v1+json': figure as never, 'text/plain': '<Figure>' })],
    },
    {
      code: 'plt.imshow(noise)',
      readDigests: { noise: sha(version) },
      outputs: [display({ 'image/png': picture(Number(version)), 'text/plain': '<Figure>' })],
      rng: { before: { 'python.random': sha('a') }, after: { 'python.random': sha('b') } },
      entropy: [draw('python.random', 'enforced', 1, 4)],
    },
    {
      code: 'display(HTML(summary))',
      readDigests: { model: sha(version) },
      outputs: [
        display({
          'text/html': `<p>Best of <b>seven</b> models: <em>${version}</em></p><ul><li>one</li></ul>`,
        }),
      ],
    },
    {
      code: 'check(model)',
      readDigests: { model: sha(version) },
      status: 'error',
      error: { ename: 'ValueError', evalue: `score ${version}` },
      outputs: [
        failure('ValueError', `score ${version}`, [
          '\u001b[31mValueError\u001b[39m Traceback (most recent call last)',
          'Cell In[7], line 1\n----> 1 check(model)',
          `ValueError: score ${version}`,
        ]),
      ],
    },
  ];
}

function manyCells(version: string): CellSpec[] {
  return Array.from({ length: 300 }, (_, i) => ({
    code: `# step ${i}\nvalue_${i} = compute(${i})\nprint(value_${i})`,
    outputs: [stdout(i % 3 === 2 ? `value ${version}\n`.repeat(20) : 'value\n')],
    entropy: [draw('numpy.global', 'enforced', 2, i)],
  }));
}

function hostileCells(version: string): CellSpec[] {
  return [
    {
      id: `"><script>window.hurt = 1</script>`,
      code: `${HOSTILE}\nx = 1`,
      status: 'error',
      error: { ename: HOSTILE, evalue: HOSTILE },
      outputs: [stdout(`${HOSTILE} ${version}\n`), result({ 'text/html': `${HOSTILE} ${version}` })],
      writes: [exact(HOSTILE, version)],
      files: [wrote(HOSTILE, version)],
      entropy: [draw(HOSTILE, 'unreached')],
    },
  ];
}

/** Base64 of a PNG of 120 by 80 that looks different for each `version`. */
function picture(version: number): string {
  const png = new PNG({ width: 120, height: 80 });
  for (let at = 0; at < png.data.length; at += 4) {
    const [x, y] = [(at / 4) % 120, Math.floor(at / 480)];
    png.data.set([x * 2, y * 3, (x * y * version) % 256, 255], at);
  }
  return PNG.sync.write(png).toString('base64');
}
