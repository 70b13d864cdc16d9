import { type Library, members } from './rule';

const DRAWS =
  'random uniform randint randrange choice choices sample shuffle gauss normalvariate lognormvariate expovariate vonmisesvariate gammavariate triangular betavariate paretovariate weibullvariate getrandbits randbytes binomialvariate';

/** What runs in other processes what it is handed. */
export const PROCESSES =
  /^(multiprocessing\.(Process|Pool|pool\.Pool\.\w+)|concurrent\.futures\.ProcessPoolExecutor(\.(map|submit))?|joblib\.delayed)$/;

const LISTINGS = [
  'os.listdir', 'os.scandir', 'os.walk', 'glob.glob', 'glob.iglob', 'pathlib.Path.iterdir', 'pathlib.Path.glob', 'pathlib.Path.rglob', 'pathlib.Path.walk',
]; // prettier-ignore

export const python: Library = {
  rules: [
    {
      id: 'py-random-unseeded',
      severity: 'warning',
      enforced: true,
      title: 'draws from Python’s global generator',
    },
    {
      id: 'py-random-instance-unseeded',
      severity: 'warning',
      enforced: true,
      title: 'makes a generator without a seed',
    },
    {
      id: 'py-system-random',
      severity: 'info',
      enforced: false,
      title: 'takes its value from the operating system, which nothing can seed',
    },
    {
      id: 'py-hash-str',
      severity: 'warning',
      enforced: true,
      title: 'is another number in each process, unless what it takes are numbers',
    },
    {
      id: 'py-hash-tokenizer',
      severity: 'warning',
      enforced: true,
      title: 'numbers words by `hash`, which is another one in each process',
    },
    {
      id: 'py-id-order',
      severity: 'info',
      enforced: false,
      title: 'is an address, another one in each process',
    },
    {
      id: 'py-fork-rng',
      severity: 'warning',
      enforced: true,
      title:
        'hands on work that draws from a global generator: what that is in a worker depends on how it was started',
    },
    {
      id: 'py-thread-rng',
      severity: 'info',
      enforced: true,
      title: 'hands on work to threads that draw from one generator, in whatever order they run',
    },
    {
      id: 'nb-seed-order',
      severity: 'warning',
      enforced: true,
      verdict: 'too-late',
      title: 'seeds too late',
    },
    {
      id: 'seed-in-loop',
      severity: 'info',
      enforced: true,
      verdict: 'seed-reuse',
      title: 'has the same seed in each round of a loop: each round draws the same numbers',
    },
    {
      id: 'py-hashseed-late',
      severity: 'info',
      enforced: true,
      verdict: 'too-late',
      title: 'has no effect on the kernel that runs: a process reads PYTHONHASHSEED when it starts',
    },
    {
      id: 'py-set-order',
      severity: 'warning',
      enforced: true,
      title: 'takes a set in its order, which for strings is another one in each process',
    },
    {
      id: 'py-fs-order',
      severity: 'warning',
      enforced: false,
      title: 'lists files in the order of the file system, which is another one on another disk',
    },
    {
      id: 'py-time-now',
      severity: 'info',
      enforced: false,
      verdict: 'volatile',
      title: 'is another time in each run',
    },
    {
      id: 'py-unordered-parallel',
      severity: 'warning',
      enforced: false,
      title: 'gives results in the order in which they are done',
    },
    {
      id: 'seed-reuse',
      severity: 'error',
      enforced: true,
      verdict: 'seed-reuse',
      title: 'has the seed of another generator: both give the same numbers',
    },
    { id: 'seed-varies', severity: 'error', enforced: true, title: 'is seeded with another value each time' },
  ],
  apis: [
    ...members('random', DRAWS, { rule: 'py-random-unseeded', reach: 'python' }),
    {
      api: 'random.Random',
      rule: 'py-random-instance-unseeded',
      reach: null,
      seed: { names: ['x'], at: 0 },
      makesStream: true,
    },
    ...members('secrets', 'choice randbelow randbits token_bytes token_hex token_urlsafe', {
      rule: 'py-system-random',
      reach: null,
    }),
    ...['random.SystemRandom', 'os.urandom', 'os.getrandom', 'uuid.uuid1', 'uuid.uuid4'].map((api) => ({
      api,
      rule: 'py-system-random',
      reach: null,
    })),
    { api: 'hash', rule: 'py-hash-str', reach: null, when: [[{ param: 'obj', at: 0, textual: true }]] },
    { api: 'id', rule: 'py-id-order', reach: null },
    {
      api: 'joblib.Parallel',
      rule: 'py-unordered-parallel',
      reach: null,
      when: [[{ param: 'return_as', fallback: 'list', is: ['generator_unordered'] }]],
      fix: { param: 'return_as', value: '"generator"' },
    },
    { api: 'ray.wait', rule: 'py-unordered-parallel', reach: null },
    {
      api: 'concurrent.futures.wait',
      rule: 'py-unordered-parallel',
      reach: null,
      when: [[{ param: 'return_when', at: 2, is: ['FIRST_COMPLETED'] }]],
    },
    {
      api: 'multiprocessing.pool.Pool.apply_async',
      rule: 'py-unordered-parallel',
      reach: null,
      when: [[{ param: 'callback', at: 3, given: true }]],
    },
    ...LISTINGS.map((api) => ({ api, rule: 'py-fs-order', reach: null })),
    ...[
      'concurrent.futures.as_completed',
      'asyncio.as_completed',
      'dask.distributed.as_completed',
      'multiprocessing.pool.Pool.imap_unordered',
    ].map((api) => ({ api, rule: 'py-unordered-parallel', reach: null })),
  ],
  types: {
    'random.Random': 'random.Random',
    'pathlib.Path.joinpath': 'pathlib.Path',
    'multiprocessing.Pool': 'multiprocessing.pool.Pool',
    'multiprocessing.get_context.Pool': 'multiprocessing.pool.Pool',
    'multiprocessing.get_context.Process': 'multiprocessing.Process',
    'multiprocessing.pool.ThreadPool': 'multiprocessing.pool.ThreadPool',
  },
  varies: [
    ...'time time_ns perf_counter perf_counter_ns monotonic monotonic_ns process_time'.split(' ').map((name) => `time.${name}`),
    ...'now utcnow today'.split(' ').map((name) => `datetime.datetime.${name}`),
    'datetime.date.today', 'os.getpid', 'os.urandom', 'os.getrandom', 'uuid.uuid1', 'uuid.uuid4', 'id',
    ...'choice randbelow randbits token_bytes token_hex token_urlsafe'.split(' ').map((name) => `secrets.${name}`),
  ], // prettier-ignore
};
