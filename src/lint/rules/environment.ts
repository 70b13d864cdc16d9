/** What a notebook takes from outside, settings that come too late, and switches that trade repeating for speed. */
import { type Library, members } from './rule';

/** A commit or a release in an address is as good as a digest. */
const MUTABLE = /^(https?|ftp|s3|gs|hf):\/\/(?!.*\b[0-9a-f]{40}\b)/;

export const environment: Library = {
  rules: [
    { id: 'data-url', severity: 'warning', enforced: false, verdict: 'volatile', title: 'reads what somebody else can change' },
    { id: 'env-unpinned-install', severity: 'warning', enforced: false, verdict: 'volatile', title: 'installs what is newest on that day' },
    { id: 'env-threads-late', severity: 'info', enforced: true, verdict: 'too-late', title: 'is read when the library is imported, which has happened' },
    { id: 'pt-cudnn-benchmark', severity: 'warning', enforced: false, verdict: 'nondeterministic-operation', title: 'lets cuDNN choose its algorithm by timing' },
  ],
  apis: [
    ...members('pandas', 'read_csv read_json read_excel read_parquet read_html read_table read_feather', { rule: 'data-url', reach: null, when: [[{ param: 'filepath_or_buffer', at: 0, matches: MUTABLE }]] }),
    ...members('polars', 'read_csv read_json read_parquet scan_csv scan_parquet', { rule: 'data-url', reach: null, when: [[{ param: 'source', at: 0, matches: MUTABLE }]] }),
    ...members('urllib.request', 'urlretrieve urlopen', { rule: 'data-url', reach: null, when: [[{ param: 'url', at: 0, matches: MUTABLE }]] }),
    { api: 'requests.get', rule: 'data-url', reach: null, when: [[{ param: 'url', at: 0, matches: MUTABLE }]] },
    { api: 'keras.utils.get_file', rule: 'data-url', reach: null, when: [[{ param: 'file_hash', at: 5, fallback: null, is: [null] }]] },
    { api: 'pooch.retrieve', rule: 'data-url', reach: null, when: [[{ param: 'known_hash', at: 1, fallback: null, is: [null] }]] },
  ],
}; // prettier-ignore

/** `api = value` that is a finding. */
export const SETTINGS: { api: string; value?: boolean; rule: string; after?: string[] }[] = [
  { api: 'torch.backends.cudnn.benchmark', value: true, rule: 'pt-cudnn-benchmark' },
  { api: 'torch.backends.cudnn.deterministic', value: false, rule: 'pt-cudnn-benchmark' },
  { api: 'os.environ.PYTHONHASHSEED', rule: 'py-hashseed-late' },
  ...[
    'OMP_NUM_THREADS',
    'OPENBLAS_NUM_THREADS',
    'MKL_NUM_THREADS',
    'OPENBLAS_CORETYPE',
    'NPY_DISABLE_CPU_FEATURES',
  ].map((name) => ({
    api: `os.environ.${name}`,
    rule: 'env-threads-late',
    after: ['numpy', 'scipy', 'pandas', 'sklearn', 'torch', 'tensorflow', 'jax'],
  })),
];
