/** The catalogue as one: rows by the name of what is called. Those of JavaScript are in `tfjs.ts`. */
import type { Library as Names } from '../python/interpret';
import type { Value } from '../python/values';
import { environment } from './environment';
import { boosting } from './boosting';
import { frameworks } from './frameworks';
import { gpu } from './gpu';
import { huggingface } from './huggingface';
import { numpy } from './numpy';
import { pandas } from './pandas';
import { PROCESSES, python } from './python';
import type { Api, Generator, Library, Rule } from './rule';
import { scipy } from './scipy';
import { sklearn } from './sklearn';
import { sql } from './sql';
import { tensorflow } from './tensorflow';
import { tfjs } from './tfjs';
import { torch } from './torch';

const LIBRARIES: Library[] = [
  python,
  numpy,
  pandas,
  sklearn,
  scipy,
  tensorflow,
  torch,
  gpu,
  boosting,
  huggingface,
  frameworks,
  environment,
  sql,
];

export const RULES: ReadonlyMap<string, Rule> = new Map(
  [...LIBRARIES, tfjs].flatMap(({ rules }) => rules.map((rule) => [rule.id, rule] as const)),
);

/** Rows by name: a call can be random in one way and, seeded, not repeat in another. */
export const APIS: ReadonlyMap<string, readonly Api[]> = LIBRARIES.flatMap(({ apis }) => apis).reduce(
  (all, row) => all.set(row.api, [...(all.get(row.api) ?? []), row]),
  new Map<string, Api[]>(),
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
    'torch.default_generator.manual_seed': { generators: ['torch'], names: ['seed'] },
    'torch_geometric.seed_everything': { generators: ['python', 'numpy', 'torch', 'keras'], names: ['seed'] },
    'tensorflow.set_random_seed': { generators: ['tensorflow'], names: ['seed'] },
    'tensorflow.random.set_random_seed': { generators: ['tensorflow'], names: ['seed'] },
    'monai.utils.set_determinism': { generators: ['python', 'numpy', 'torch', 'keras'], names: ['seed'] },
    'polars.set_random_seed': { generators: ['polars'], names: ['seed'] },
    'dask.array.random.seed': { generators: ['dask'], names: ['seed'] },
    'gymnasium.Env.action_space.seed': { generators: ['spaces'], names: ['seed'] },
    'gymnasium.Env.observation_space.seed': { generators: ['spaces'], names: ['seed'] },
  } satisfies Record<string, { generators: Generator[]; names: string[] }>),
);

/** How frames are called, and what gives one. */
const FRAME =
  /(^|[._])(df\w*|data\w*|frame\w*|train\w*|test\w*|val\w*|dataset|sub\w*|subset|group\w*|g|x)(\[[^\]]*\])*$|\bload\w*\([^()]*\)$|_df(\[[^\]]*\])*$|\.groupby\([^()]*\)$/i;

/** Methods that are known by their names, whatever they are called on, once a library is imported. */
const METHODS: Record<string, { imported: string; api: string; looks?: RegExp; on?: RegExp }[]> = {
  sample: [
    {
      imported: 'pandas',
      api: 'pandas.DataFrame.sample',
      looks: /\b(frac|random_state|weights|replace|ignore_index)\s*=/,
    },
    { imported: 'pandas', api: 'pandas.DataFrame.sample', on: FRAME },
    { imported: 'polars', api: 'polars.DataFrame.sample', looks: /^\s*\d|\b(n|fraction|seed)\s*=/ },
    { imported: 'pyspark', api: 'pyspark.sql.DataFrame.sample' },
  ],
  shuffle: [
    {
      imported: 'tensorflow',
      api: 'tensorflow.data.Dataset.shuffle',
      looks: /^\s*(\d|buffer|len\(|[A-Z][A-Z_\d]+\b)/,
    },
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
  generate: [
    { imported: 'transformers', api: 'transformers.GenerationMixin.generate', looks: /\bdo_sample\s*=/ },
  ],
  randomSplit: [{ imported: 'pyspark', api: 'pyspark.sql.DataFrame.randomSplit' }],
  sampleBy: [{ imported: 'pyspark', api: 'pyspark.sql.DataFrame.sampleBy' }],
  takeSample: [{ imported: 'pyspark', api: 'pyspark.RDD.takeSample' }],
  iterdir: [{ imported: 'pathlib', api: 'pathlib.Path.iterdir' }],
  rglob: [{ imported: 'pathlib', api: 'pathlib.Path.rglob' }],
  glob: [{ imported: 'pathlib', api: 'pathlib.Path.glob' }],
};

/** @param on what the method is called on, as it is written; @param text what stands between the parentheses */
export function methodNamed(
  name: string,
  imported: ReadonlySet<string>,
  on: string,
  text: string,
): readonly Api[] {
  const found = METHODS[name]?.find((one) => {
    return imported.has(one.imported) && (one.looks?.test(text) ?? true) && (one.on?.test(on) ?? true);
  });
  return (found && APIS.get(found.api)) ?? [];
}

const PREFIXES: [from: string, to: string][] = [
  ['tensorflow.keras.', 'keras.'],
  ['tensorflow._api.v2.', 'tensorflow.'],
  ['tensorflow.compat.v1.set_random_seed', 'tensorflow.set_random_seed'],
  ['tensorflow.compat.v1.random.set_random_seed', 'tensorflow.random.set_random_seed'],
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
  ...['vision', 'tabular', 'text', 'collab', 'basics'].map((part): [string, string] => [
    `fastai.${part === 'basics' ? part : `${part}.all`}.`,
    'fastai.torch_core.',
  ]),
  ['gym.', 'gymnasium.'],
  ['pytorch_lightning.utilities.seed.', 'lightning.'],
  ['sklearn.metrics.cluster.', 'sklearn.metrics.'],
];

/** Classes that are alike. */
const FAMILIES: [pattern: RegExp, to: string][] = [
  [
    /^transformers\.(Auto|Bert|Roberta|DistilBert|Deberta\w*|Electra|T5|ViT)\w*For\w+\.from_pretrained$/,
    'transformers.AutoModelForHead.from_pretrained',
  ],
  [
    /^(transformers|sentence_transformers)\.\w+\.from_pretrained$/,
    'transformers.PreTrainedModel.from_pretrained',
  ],
  [/^gymnasium\.(wrappers\.\w+|make_vec|vector\.\w+)$/, 'gymnasium.make'],
  [/^torch\.distributions\.(\w+\.)*[A-Z]\w+\.r?sample(_n)?$/, 'torch.distributions.Distribution.sample'],
  [/^torchvision\.models\.(\w+\.)*[a-z]\w+$/, 'torchvision.models.model'],
  [
    /^(?:pylab|matplotlib\.pylab)\.(rand\w*|choice|shuffle|permutation|normal|uniform|poisson|binomial|exponential|seed)$/,
    'numpy.random.$1',
  ],
  [/^networkx\.(?:algorithms\.)?(?:community\.\w+|drawing\.\w+|generators\.\w+)\.(\w+)$/, 'networkx.$1'],
  [/^networkx\.(?:algorithms\.)community\.(\w+)$/, 'networkx.community.$1'],
  [
    /^pyspark\.sql\.SparkSession\.builder\.(\w+\.)*getOrCreate$/,
    'pyspark.sql.SparkSession.builder.getOrCreate',
  ],
  [/^diffusers\.\w*Pipeline\w*\./, 'diffusers.DiffusionPipeline.'],
];

const TYPES: Record<string, string> = Object.assign(
  {},
  ...LIBRARIES.map(({ types }) => types ?? {}),
) as Record<string, string>;
const VARIES = new Set(LIBRARIES.flatMap(({ varies }) => varies ?? []));
/** These take the words `now` and `today` for a date. */
const READS_DATES = new Set(['pandas.to_datetime', 'pandas.Timestamp', 'numpy.datetime64']);

function isNow(value: Value | undefined): boolean {
  return value?.kind === 'constant' && /^(now|today)$/.test(String(value.value));
}

const KNOWN = new Set(
  [...APIS.keys(), ...SEEDERS.keys(), ...Object.keys(TYPES), ...VARIES].flatMap(prefixes),
);

const CANONICAL = new Map<string, string>();

function canonical(path: string): string {
  const found = PREFIXES.find(([from]) => path.startsWith(from));
  if (found) return canonical(found[1] + path.slice(found[0].length));
  const family = FAMILIES.find(([pattern]) => pattern.test(path));
  return family ? path.replace(...family) : path;
}

export const NAMES: Names = {
  canonical: (path) => {
    const known = CANONICAL.get(path);
    if (known !== undefined) return known;
    const name = canonical(path);
    CANONICAL.set(path, name);
    return name;
  },
  has: (module, name) => KNOWN.has(NAMES.canonical(`${module}.${name}`)),
  typeOf: (api) => TYPES[api] ?? TYPES[`${api.slice(0, api.lastIndexOf('.'))}.*`],
  varies: (api, first) => VARIES.has(api) || (READS_DATES.has(api) && isNow(first)),
  isWorker: (api, argument) =>
    api === 'torch.utils.data.DataLoader' ? argument === 'worker_init_fn' : PROCESSES.test(api),
};

function prefixes(path: string): string[] {
  const parts = path.split('.');
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
}
