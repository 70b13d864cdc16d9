/** The example that trains with TensorFlow.js: different by itself, the same under Reprise, on both kernels. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document } from '../documents';
import type { Judgement } from '../../src/replay/documents';
import { PYTHON, type Workplace } from '../cli/support';
import { javascriptWorkplace, metadataFor, type NodeVersion, onNode } from './support';

const EXAMPLE = readFileSync(path.resolve(__dirname, '../../examples/tfjs-digits.ipynb'), 'utf8');
const TFJS = '@tensorflow/tfjs-node-gpu';
type Document = { metadata: object; cells: { cell_type: string; source: string[] }[] };

let place: Workplace;
beforeAll(() => {
  place = javascriptWorkplace();
  place.write('tslab.ipynb', EXAMPLE);
  place.write('deno.ipynb', changed({ [`import * as tf from "${TFJS}"`]: FOR_DENO }, metadataFor('deno')));
  place.write('seeded.ipynb', changed(SEEDED));
});
afterAll(() => place.remove());

const FOR_DENO = `import { createRequire } from "node:module"\nconst tf = createRequire(Deno.cwd() + "/x")("${TFJS}")`;
/** What a user finds to seed: all but the order in which \`fit\` shuffles. */
const SEEDED = {
  'Math.random()': 'random()',
  'function pixels':
    'let state = 1;\nconst random = () => (state = (state * 48271) % 2147483647) / 2147483647;\nfunction pixels',
  'units: 32,': 'units: 32, kernelInitializer: tf.initializers.glorotUniform({ seed: 1 }),',
  'units: 10,': 'units: 10, kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }),',
  'rate: 0.2': 'rate: 0.2, seed: 3',
};

function changed(by: Record<string, string>, metadata?: object): string {
  const notebook = JSON.parse(EXAMPLE) as Document;
  for (const cell of notebook.cells.filter((each) => each.cell_type === 'code')) {
    let source = cell.source.join('');
    for (const [from, to] of Object.entries(by)) source = source.replaceAll(from, to);
    cell.source = [source];
  }
  return JSON.stringify({ ...notebook, metadata: metadata ?? notebook.metadata });
}

/** Of runs in which no cell raised: one that raises twice repeats too. */
async function judged(name: string, ...args: string[]): Promise<Judgement> {
  const ended = await place.execute('verify', name, ...args, '--format', 'json');
  expect(place.record().summary?.status).toBe('ok');
  return document<Judgement>(ended, 'verdict-1');
}

/** What each cell printed in the newest run, as digests. */
function printed(): string[] {
  const cells = place.record().cells.filter(({ outputs }) => outputs.count > 0);
  return cells.map(({ outputs }) => outputs.raw);
}

async function printedWith(seed: string, name: string, version: NodeVersion): Promise<string[]> {
  const run = place.start(['run', name, '--seed', seed, '--python', PYTHON], { env: onNode(version) });
  const { code, stdout, stderr } = await run.ended;
  expect([code, stdout + stderr]).toEqual([0, expect.anything()]);
  return printed();
}

it('differs where nothing is enforced, from the first digit on', async () => {
  const { verdict, causes, firstDivergence } = await judged('tslab.ipynb', '--policy', 'observe');
  expect([verdict, firstDivergence?.index]).toEqual(['different', 3]);
  expect(causes.map(({ kind }) => kind)).toContain('unseeded-entropy');
});

describe('under a policy', () => {
  let fresh: string[];

  // On tslab other notebooks are (notebooks.test.ts).
  it('is the same on Deno when it is replayed with the entropy that was drawn for it', async () => {
    const { verdict, covered } = await judged('deno.ipynb');
    expect([verdict, covered.outputs]).toEqual(['identical', 3]);
    fresh = printed();
  });

  it('records what TensorFlow.js ran on', () => {
    const { loaded } = place.record();
    expect(loaded!.javascript).toHaveProperty('v8');
    expect(loaded!.tensorflow).toMatchObject({
      'tfjs-core': '4.22.0',
      backend: 'tensorflow',
      library: '2.21.0',
      device: 'cpu',
    });
  });

  it('gives the same with a fixed seed in each of five processes, on both kernels and three versions of Node', async () => {
    const first = await printedWith('7', 'tslab.ipynb', 20);
    expect(first).toHaveLength(3);
    for (const [name, version] of [
      ['tslab.ipynb', 22],
      ['tslab.ipynb', 24],
      ['deno.ipynb', 20],
      ['deno.ipynb', 20],
    ] as const) {
      expect(await printedWith('7', name, version)).toEqual(first);
    }
    expect(fresh[2]).not.toBe(first[2]);
  });
});

describe('with seeds of the user’s own', () => {
  it('is told by lint that fit shuffles without one', async () => {
    const { code, stdout } = await place.reprise('lint', 'seeded.ipynb');
    expect([code, stdout]).toEqual([1, expect.stringContaining('tfjs-fit-shuffle')]);
  });

  it('is told by verify, where nothing is enforced, which cell and line it is', async () => {
    const { verdict, firstDivergence, causes } = await judged('seeded.ipynb', '--policy', 'observe');
    expect([verdict, firstDivergence?.index]).toEqual(['different', 7]);
    const line = lineOf(7, 'model.fit(');
    expect(causes[0]).toMatchObject({
      kind: 'unseeded-entropy',
      summary: expect.stringContaining(`\`Math.random()\` on line ${line} of cell 7`) as string,
      evidence: [{ where: { cell: 7, line } }],
    });
  });
});

/** From 1. */
function lineOf(cell: number, text: string): number {
  const source = (JSON.parse(place.read('seeded.ipynb')) as Document).cells[cell]!.source.join('');
  return source.split('\n').findIndex((line) => line.includes(text)) + 1;
}
