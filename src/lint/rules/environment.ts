/** What a notebook takes from outside, settings that come too late, and switches that trade repeating for speed. */
import { type Api, type Library, members } from './rule';

/** A commit or a release in an address is as good as a digest. */
export const MUTABLE = /^(https?|ftp|s3|gs|hf):\/\/(?!.*\b[0-9a-f]{40}\b)/;

/** Programs that draw, without a source of their own to draw from, and bash's variable where nothing has set it. */
export const SHELL_DRAWS =
  /(?<=^|[\n;&|(`!])\s*(?:shuf\b|sort\s(?=[^\n;&|]*(?:(?<=\s)-[a-zA-Z]*R|--random-sort\b))|uuidgen\b|openssl\s+rand\b)(?![^\n;&|]*--random-source)|\$\{?RANDOM\b(?<!\bRANDOM=\d[^]*)/;

const url = (param: string, at: number, matches = MUTABLE): Api['when'] => [[{ param, at, matches }]];

/** Somebody's own folders, and those of a service's machine. */
const ABSOLUTE = /^(\/(home|Users|root|mnt|media|content|kaggle|dbfs|workspace|Volumes)\/|[A-Za-z]:[\\/]|~)/;
/** Rows of a query that gives some of them, in whatever order. */
const UNORDERED = /^(?![^]*\border\s+by\b)\s*(select|with)\b[^]*\b(limit\s+\d|fetch\s+first)/i;
const READERS: [param: string, names: string][] = [
  ['filepath_or_buffer', 'read_csv read_table read_pickle read_stata read_sas read_fwf'],
  ['path_or_buf', 'read_json read_hdf'],
  ['io', 'read_excel read_html'],
  ['path', 'read_parquet read_feather read_orc'],
  ['path_or_buffer', 'read_xml'],
];
/** Of something, and of no version of it. */
const INSTALLS = /\b(pip3?|conda|mamba)\s+install\b(?!.*(==|\s-r\b|\s-e\b))/;

export const environment: Library = {
  rules: [
    { id: 'data-url', severity: 'warning', enforced: false, verdict: 'volatile', title: 'reads what somebody else can change' },
    { id: 'data-abs-path', severity: 'info', enforced: false, verdict: 'volatile', title: 'reads from a place that only this machine has' },
    { id: 'data-sql-order', severity: 'warning', enforced: false, verdict: 'volatile', title: 'takes some rows of a query that has no ORDER BY' },
    { id: 'sh-random', severity: 'warning', enforced: false, title: 'draws in a program that takes its numbers from the operating system' },
    { id: 'env-unpinned-install', severity: 'warning', enforced: false, verdict: 'volatile', title: 'installs what is newest on that day' },
    { id: 'env-threads-late', severity: 'info', enforced: true, verdict: 'too-late', title: 'is read when the library is imported, which has happened' },
    { id: 'pt-cudnn-benchmark', severity: 'warning', enforced: 'full', verdict: 'nondeterministic-operation', title: 'lets cuDNN choose its algorithm by timing' },
    { id: 'tf-data-nondet', severity: 'warning', enforced: 'full', verdict: 'nondeterministic-operation', title: 'gives elements in the order in which they are done' },
    { id: 'jax-impl', severity: 'info', enforced: false, verdict: 'nondeterministic-operation', title: 'takes a generator whose numbers are not kept over versions and devices' },
    { id: 'llm-api', severity: 'info', enforced: false, verdict: 'volatile', title: 'asks a model that its owner changes; what it said is all that can be kept' },
  ],
  apis: [
    ...READERS.flatMap(([param, names]) => [
      ...members('pandas', names, { rule: 'data-url', reach: null, when: url(param, 0) }),
      ...members('pandas', names, { rule: 'data-abs-path', reach: null, when: url(param, 0, ABSOLUTE) }),
    ]),
    ...members('pandas', 'read_sql read_sql_query', { rule: 'data-sql-order', reach: null, when: url('sql', 0, UNORDERED) }),
    ...members('polars', 'read_csv read_json read_parquet scan_csv scan_parquet', { rule: 'data-url', reach: null, when: url('source', 0) }),
    ...members('polars', 'read_csv read_json read_parquet scan_csv scan_parquet', { rule: 'data-abs-path', reach: null, when: url('source', 0, ABSOLUTE) }),
    { api: 'numpy.load', rule: 'data-abs-path', reach: null, when: url('file', 0, ABSOLUTE) },
    ...members('numpy', 'loadtxt genfromtxt', { rule: 'data-abs-path', reach: null, when: url('fname', 0, ABSOLUTE) }),
    { api: 'open', rule: 'data-abs-path', reach: null, when: url('file', 0, ABSOLUTE) },
    ...members('urllib.request', 'urlretrieve urlopen', { rule: 'data-url', reach: null, when: url('url', 0) }),
    ...members('requests', 'get post', { rule: 'data-url', reach: null, when: url('url', 0) }),
    ...members('httpx', 'get post', { rule: 'data-url', reach: null, when: url('url', 0) }),
    { api: 'wget.download', rule: 'data-url', reach: null, when: url('url', 0) },
    ...members('gdown', 'download download_folder', { rule: 'data-url', reach: null }),
    { api: 'yfinance.download', rule: 'data-url', reach: null },
    { api: 'kagglehub.dataset_download', rule: 'data-url', reach: null, when: url('handle', 0, /^[^/]+\/[^/]+$/) },
    { api: 'tensorflow_datasets.load', rule: 'data-url', reach: null, when: url('name', 0, /^[^:]+$/) },
    { api: 'sklearn.datasets.fetch_openml', rule: 'data-url', reach: null, when: [[{ param: 'version', at: 1, fallback: 'active', is: ['active'] }, { param: 'data_id', fallback: null, is: [null] }]] },
    { api: 'torch.hub.load_state_dict_from_url', rule: 'data-url', reach: null, when: [[{ param: 'check_hash', at: 4, fallback: false, is: [false] }]] },
    { api: 'keras.utils.get_file', rule: 'data-url', reach: null, when: [[{ param: 'file_hash', at: 4, fallback: null, is: [null] }, { param: 'md5_hash', at: 3, fallback: null, is: [null] }]] },
    { api: 'pooch.retrieve', rule: 'data-url', reach: null, when: [[{ param: 'known_hash', at: 1, fallback: null, is: [null] }]] },
    ...members('subprocess', 'run call check_call check_output Popen', { rule: 'env-unpinned-install', reach: null, when: [[{ param: 'args', at: 0, words: INSTALLS }]] }),
    ...members('subprocess', 'run call check_call check_output Popen', { rule: 'sh-random', reach: null, when: [[{ param: 'args', at: 0, words: SHELL_DRAWS }]] }),
    { api: 'os.system', rule: 'sh-random', reach: null, when: url('command', 0, SHELL_DRAWS) },
    { api: 'os.system', rule: 'env-unpinned-install', reach: null, when: url('command', 0, INSTALLS) },
    ...members('os', 'putenv', { rule: 'py-hashseed-late', reach: null, when: url('key', 0, /^PYTHONHASHSEED$/) }),
    { api: 'os.environ.setdefault', rule: 'py-hashseed-late', reach: null, when: url('key', 0, /^PYTHONHASHSEED$/) },
    ...members('tensorflow.data.Dataset', 'map interleave batch', { rule: 'tf-data-nondet', reach: null, when: [[{ param: 'deterministic', fallback: null, is: [false] }]], fix: { param: 'deterministic', value: 'True' } }),
    { api: 'jax.config.update', rule: 'jax-impl', reach: null, when: [[{ param: 'name', at: 0, is: ['jax_default_prng_impl'] }, { param: 'val', at: 1, is: ['rbg', 'unsafe_rbg'] }]] },
    ...members('jax.random', 'PRNGKey key', { rule: 'jax-impl', reach: null, when: [[{ param: 'impl', is: ['rbg', 'unsafe_rbg'] }]] }),
    ...['openai.OpenAI.chat.completions.create', 'openai.OpenAI.responses.create', 'openai.AzureOpenAI.chat.completions.create', 'openai.ChatCompletion.create', 'anthropic.Anthropic.messages.create'].map((api) => ({ api, rule: 'llm-api', reach: null })),
  ],
  types: { 'tensorflow.data.Options': 'tensorflow.data.Options' },
}; // prettier-ignore

type Setting = {
  /** `os.environ.X` for `os.environ['X']`. */
  api: string;
  rule: string;
  value?: boolean;
  /** Only once one of these is imported. */
  after?: string[];
  /** What can stand there. */
  instead?: string;
};

const NUMERIC = ['numpy', 'scipy', 'pandas', 'sklearn', 'torch', 'tensorflow', 'jax'];
const READ_AT_IMPORT: [names: string, after: string[]][] = [
  [
    'OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS NUMEXPR_NUM_THREADS OPENBLAS_CORETYPE NPY_DISABLE_CPU_FEATURES',
    NUMERIC,
  ],
  ['TF_DETERMINISTIC_OPS TF_CUDNN_DETERMINISTIC TF_ENABLE_ONEDNN_OPTS ONEDNN_MAX_CPU_ISA', ['tensorflow']],
  ['XLA_FLAGS', ['jax']],
];

/** `api = value` that is a finding. */
export const SETTINGS: Setting[] = [
  { api: 'torch.backends.cudnn.benchmark', value: true, rule: 'pt-cudnn-benchmark', instead: 'False' },
  { api: 'torch.backends.cudnn.deterministic', value: false, rule: 'pt-cudnn-benchmark', instead: 'True' },
  ...['deterministic', 'experimental_deterministic'].map((name) => ({
    api: `tensorflow.data.Options.${name}`,
    value: false,
    rule: 'tf-data-nondet',
    instead: 'True',
  })),
  { api: 'os.environ.PYTHONHASHSEED', rule: 'py-hashseed-late' },
  ...READ_AT_IMPORT.flatMap(([names, after]) =>
    names.split(' ').map((name) => ({ api: `os.environ.${name}`, rule: 'env-threads-late', after })),
  ),
];
