/**
 * TensorFlow.js 4.22 and JavaScript itself. What is given no seed draws from `Math.random`, which `seedrandom` can
 * replace; no seed reaches `dataset.shuffle`, `crypto` and the clock.
 */
import { type Api, type Condition, type Library, members } from './rule';

const NO_DRAW = ['zeros', 'ones', 'identity', 'constant', 'Zeros', 'Ones', 'Identity', 'Constant'];

const seed = (at: number) => ({ names: ['seed'], at });
const inOptions = { seed: { names: ['seed'] }, options: 0 };
const op = { rule: 'tfjs-random', reach: 'javascript' } as const;
const initializer = { rule: 'tfjs-initializer', reach: 'javascript', ...inOptions } as const;
const noise = { rule: 'tfjs-layer-dropout', reach: 'javascript', options: 0 } as const;
const system = {
  rule: 'js-math-random',
  reach: null,
  title: 'takes its value from the operating system, which nothing can seed',
} as const;

/** The draw of a layer's weights, unless each is given an initializer that draws nothing or has a seed of its own. */
function weighted(names: string, weights: Record<string, string>): Api[] {
  const when = Object.entries(weights).map(([param, fallback]): Condition[] => [
    { param, fallback, not: NO_DRAW },
  ]);
  return members('tf.layers', names, { rule: 'tfjs-initializer', reach: 'javascript', options: 0, when });
}

const DROPOUT: Condition[] = [{ param: 'dropout', given: true }];
const RECURRENT_DROPOUT: Condition[] = [{ param: 'recurrentDropout', given: true }];
const UNIFORM: Condition[] = [{ param: 'distribution', fallback: 'normal', is: ['uniform'] }];
const NOT_UNIFORM: Condition[] = [{ param: 'distribution', fallback: 'normal', not: ['uniform'] }];

export const tfjs: Library = {
  rules: [
    { id: 'tfjs-random', severity: 'warning', enforced: false, title: 'draws from `Math.random`' },
    { id: 'tfjs-data-shuffle', severity: 'warning', enforced: false, title: 'shuffles by the clock, which no seed of `Math.random` reaches' },
    { id: 'tfjs-initializer', severity: 'warning', enforced: false, title: 'draws weights from `Math.random`' },
    { id: 'tfjs-layer-dropout', severity: 'warning', enforced: false, title: 'draws its mask from `Math.random` at each step' },
    { id: 'tfjs-fit-shuffle', severity: 'warning', enforced: false, title: 'shuffles the rows by `Math.random`' },
    { id: 'js-math-random', severity: 'info', enforced: false, title: 'draws from JavaScript’s own generator' },
    { id: 'js-cdn-unpinned', severity: 'warning', enforced: false, verdict: 'volatile', title: 'loads what is newest on that day' },
  ],
  apis: [
    ...members('tf', 'randomNormal truncatedNormal randomGamma', { ...op, seed: { ...seed(4), zeroIsNone: true }, makesStream: true }),
    { api: 'tf.randomStandardNormal', ...op, seed: { ...seed(2), zeroIsNone: true }, makesStream: true },
    { api: 'tf.randomUniform', ...op, seed: seed(4), makesStream: true },
    ...members('tf', 'randomUniformInt dropout', { ...op, seed: seed(3), makesStream: true }),
    {
      api: 'tf.multinomial',
      ...op,
      seed: { ...seed(2), zeroIsNone: true },
      escapes: { packages: /^@tensorflow\/tfjs-node/, because: 'which TensorFlow’s addon cuts to 0, so that it takes entropy of its own and no global seed reaches it' },
    },
    ...members('tf.layers', 'randomWidth randomHeight', { ...op, ...inOptions }),
    { api: 'tf.data.Dataset.shuffle', rule: 'tfjs-data-shuffle', reach: null, seed: { ...seed(1), isText: true } },
    ...members('tf.initializers', 'glorotNormal heNormal leCunNormal orthogonal randomNormal truncatedNormal', { ...initializer, seed: { names: ['seed'], zeroIsNone: true } }),
    ...members('tf.initializers', 'glorotUniform heUniform leCunUniform randomUniform', initializer),
    { api: 'tf.initializers.varianceScaling', ...initializer, seed: { names: ['seed'], zeroIsNone: true }, when: [NOT_UNIFORM] },
    { api: 'tf.initializers.varianceScaling', ...initializer, when: [UNIFORM] },
    ...weighted('dense conv1d conv2d conv2dTranspose conv3d conv3dTranspose', { kernelInitializer: 'glorotNormal' }),
    ...weighted('simpleRNN simpleRNNCell gru gruCell lstm lstmCell convLstm2d convLstm2dCell', { kernelInitializer: 'glorotNormal', recurrentInitializer: 'orthogonal' }),
    ...weighted('depthwiseConv2d', { depthwiseInitializer: 'glorotNormal' }),
    ...weighted('separableConv2d', { depthwiseInitializer: 'glorotUniform', pointwiseInitializer: 'glorotUniform' }),
    ...weighted('embedding', { embeddingsInitializer: 'randomUniform' }),
    // A seed would give each step the same mask.
    { api: 'tf.layers.dropout', ...noise, seed: { names: ['seed'] }, unfixable: true, when: [[{ param: 'rate', given: true }]] },
    ...members('tf.layers', 'gaussianDropout alphaDropout', { ...noise, when: [[{ param: 'rate', given: true }]] }),
    { api: 'tf.layers.gaussianNoise', ...noise, when: [[{ param: 'stddev', given: true }]] },
    ...members('tf.layers', 'simpleRNN simpleRNNCell gru gruCell lstm lstmCell convLstm2d convLstm2dCell', { ...noise, when: [DROPOUT, RECURRENT_DROPOUT] }),
    { api: 'tf.LayersModel.fit', rule: 'tfjs-fit-shuffle', reach: 'javascript', options: 2, when: [[{ param: 'shuffle', fallback: true, not: [false] }]] },
    ...['Math.random', 'tf.util.shuffle', 'tf.util.shuffleCombo', 'tf.util.randUniform'].map((api) => ({ api, rule: 'js-math-random', reach: 'javascript' as const })),
    ...members('crypto', 'randomUUID getRandomValues randomBytes randomInt randomFill randomFillSync', system),
    ...['seedrandom', ...'alea xor128 tychei xorwow xor4096 xorshift7'.split(' ').map((name) => `seedrandom.${name}`)].map((api) => ({
      api,
      rule: 'js-math-random',
      reach: null,
      seed: { ...seed(0), isText: true as const },
      makesStream: true as const,
      title: 'makes a generator without a seed',
    })),
  ],
}; // prettier-ignore

/** Rows by the name of what is called; a layer has one for its weights and one for its dropout. */
export const APIS: ReadonlyMap<string, Api[]> = new Map(
  tfjs.apis.map(({ api }) => [api, tfjs.apis.filter((row) => row.api === api)]),
);

/** Methods that are known by their names, whatever they are called on, once TensorFlow.js is imported. */
export const METHODS: Record<string, { api: string; looks: RegExp }> = {
  fit: {
    api: 'tf.LayersModel.fit',
    looks: /(model|net)\w*\)?\.fit\b|\b(epochs|batchSize|validationSplit|validationData)\b/i,
  },
  shuffle: { api: 'tf.data.Dataset.shuffle', looks: /\.shuffle\(\s*(\d|\w*buffer)/i },
};

const named = (module: string, names: string, type: string): [string, string][] =>
  names.split(' ').map((name) => [`${module}.${name}`, type]);

/** What a call gives, where its own name does not serve. */
export const TYPES: Readonly<Record<string, string>> = Object.fromEntries([
  ...named('tf.data', 'array csv func generator zip', 'tf.data.Dataset'),
  ...named(
    'tf.data.Dataset',
    'batch concatenate filter map mapAsync prefetch repeat shuffle skip take',
    'tf.data.Dataset',
  ),
  ...named('tf', 'sequential model loadLayersModel Sequential LayersModel', 'tf.LayersModel'),
  ...named('tf.models', 'modelFromJSON', 'tf.LayersModel'),
  ['module.createRequire', 'require'],
]);

/** What gives another value each time; `Date` without arguments. */
export const VARIES: ReadonlySet<string> = new Set([
  'Date', 'Date.now', 'performance.now', 'process.hrtime', 'process.hrtime.bigint', 'tf.util.now', 'Math.random',
  ...'randomUUID getRandomValues randomBytes randomInt'.split(' ').map((name) => `crypto.${name}`),
]); // prettier-ignore

/** Parts of a date, which nobody reads to measure. */
export const CALENDAR = /^(get(UTC)?(FullYear|Month|Date|Day|Hours|Minutes)|to(Locale)?DateString)$/;
