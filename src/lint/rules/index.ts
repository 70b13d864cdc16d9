/** The catalogue as one: rows by the name of what is called. */
import type { Library as Names } from '../python/interpret';
import { environment } from './environment';
import { frameworks } from './frameworks';
import { numpy } from './numpy';
import { pandas } from './pandas';
import { python } from './python';
import type { Api, Generator, Library, Rule } from './rule';
import { scipy } from './scipy';
import { sklearn } from './sklearn';
import { tensorflow } from './tensorflow';
import { torch } from './torch';

const LIBRARIES: Library[] = [
  python,
  numpy,
  pandas,
  sklearn,
  scipy,
  tensorflow,
  torch,
  frameworks,
  environment,
];

export const RULES: ReadonlyMap<string, Rule> = new Map(
  LIBRARIES.flatMap(({ rules }) => rules.map((rule) => [rule.id, rule] as const)),
);

export const APIS: ReadonlyMap<string, Api> = new Map(
  LIBRARIES.flatMap(({ apis }) => apis.map((api) => [api.api, api] as const)),
);

/** What seeds global generators, with the position of the seed. */
export const SEEDERS: ReadonlyMap<string, { generators: Generator[]; names: string[] }> = new Map(
  Object.entries({
    'random.seed': { generators: ['python', 'keras'], names: ['a'] },
    'random.setstate': { generators: ['python', 'keras'], names: ['state'] },
    'numpy.random.seed': { generators: ['numpy'], names: ['seed'] },
    'numpy.random.set_state': { generators: ['numpy'], names: ['state'] },
    'numpy.random.set_bit_generator': { generators: ['numpy'], names: ['bitgen'] },
    'torch.manual_seed': { generators: ['torch'], names: ['seed'] },
    'torch.random.manual_seed': { generators: ['torch'], names: ['seed'] },
    'torch.set_rng_state': { generators: ['torch'], names: ['new_state'] },
    'tensorflow.random.set_seed': { generators: ['tensorflow'], names: ['seed'] },
    'keras.utils.set_random_seed': {
      generators: ['python', 'numpy', 'tensorflow', 'keras', 'torch'],
      names: ['seed'],
    },
    'lightning.seed_everything': { generators: ['python', 'numpy', 'torch', 'keras'], names: ['seed'] },
    'transformers.set_seed': {
      generators: ['python', 'numpy', 'torch', 'tensorflow', 'keras'],
      names: ['seed'],
    },
    'transformers.enable_full_determinism': {
      generators: ['python', 'numpy', 'torch', 'tensorflow', 'keras'],
      names: ['seed'],
    },
    'accelerate.utils.set_seed': { generators: ['python', 'numpy', 'torch', 'keras'], names: ['seed'] },
    'fastai.torch_core.set_seed': { generators: ['python', 'numpy', 'torch', 'keras'], names: ['s'] },
    'polars.set_random_seed': { generators: ['polars'], names: ['seed'] },
  } satisfies Record<string, { generators: Generator[]; names: string[] }>),
);

/** Methods that are known by their names, whatever they are called on, once a library is imported. */
const METHODS: Record<string, { imported: string; api: string; looks?: RegExp }[]> = {
  sample: [
    {
      imported: 'pandas',
      api: 'pandas.DataFrame.sample',
      looks: /^\s*$|^\s*\d|\b(n|frac|random_state|weights)\s*=/,
    },
    { imported: 'polars', api: 'polars.DataFrame.sample', looks: /^\s*\d|\b(n|fraction|seed)\s*=/ },
  ],
  shuffle: [
    { imported: 'tensorflow', api: 'tensorflow.data.Dataset.shuffle', looks: /^\s*(\d|buffer|BUFFER|len\()/ },
  ],
  ...Object.fromEntries(
    [
      'random_',
      'uniform_',
      'normal_',
      'bernoulli_',
      'cauchy_',
      'exponential_',
      'geometric_',
      'log_normal_',
    ].map((name) => [name, [{ imported: 'torch', api: `torch.Tensor.${name}` }]]),
  ),
  iterdir: [{ imported: 'pathlib', api: 'pathlib.Path.iterdir' }],
  rglob: [{ imported: 'pathlib', api: 'pathlib.Path.rglob' }],
};

/** @param text what stands between the parentheses */
export function methodNamed(name: string, imported: ReadonlySet<string>, text: string): Api | undefined {
  const found = METHODS[name]?.find((one) => imported.has(one.imported) && (one.looks?.test(text) ?? true));
  return found && APIS.get(found.api);
}

const PREFIXES: [from: string, to: string][] = [
  ['tensorflow.keras.', 'keras.'],
  ['tensorflow._api.v2.', 'tensorflow.'],
  ['tensorflow.compat.v2.', 'tensorflow.'],
  ['keras.preprocessing.', 'keras.utils.'],
  ['keras.api.', 'keras.'],
  ['tensorflow.initializers.', 'keras.initializers.'],
  ['pytorch_lightning.', 'lightning.'],
  ['lightning.pytorch.', 'lightning.'],
  ['lightning.fabric.utilities.seed.', 'lightning.'],
  ['lightning.fabric.', 'lightning.'],
  ['transformers.trainer_utils.', 'transformers.'],
  ['torch.nn.modules.', 'torch.nn.'],
  ['numpy.random.mtrand.', 'numpy.random.'],
  ['fastai.vision.all.', 'fastai.torch_core.'],
  ['sklearn.metrics.cluster.', 'sklearn.metrics.'],
  ['sklearn.utils.random.', 'sklearn.utils.random.'],
];

const TYPES: Record<string, string> = Object.assign(
  {},
  ...LIBRARIES.map(({ types }) => types ?? {}),
) as Record<string, string>;
const VARIES = new Set(LIBRARIES.flatMap(({ varies }) => varies ?? []));
const KNOWN = new Set(
  [...APIS.keys(), ...SEEDERS.keys(), ...Object.keys(TYPES), ...VARIES].flatMap(prefixes),
);

export const NAMES: Names = {
  canonical: (path) => {
    const found = PREFIXES.find(([from]) => path.startsWith(from));
    return found ? found[1] + path.slice(found[0].length) : path;
  },
  has: (module, name) => KNOWN.has(NAMES.canonical(`${module}.${name}`)),
  typeOf: (api) => TYPES[api] ?? TYPES[`${api.slice(0, api.lastIndexOf('.'))}.*`],
  varies: (api) => VARIES.has(api),
};

function prefixes(path: string): string[] {
  const parts = path.split('.');
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
}
