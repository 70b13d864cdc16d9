/**
 * The run record: a header line, a line per cell execution and a summary line, chained by sha256.
 * `docs/internals.md` describes every field; readers accept older versions for ever.
 */
import type { Drift, Fingerprint, Loaded } from '../environment/fingerprint';
import type { RecordedKernel } from '../environment/recordedKernel';

export type Policy = 'full' | 'close' | 'observe';
export type Seed = { value: string; from: 'fresh' | 'notebook' | 'option' | 'replayed' };
export type RunStatus = 'ok' | 'error' | 'cancelled' | 'died';
export type Place = { cell: number; line: number };

export type GitState = {
  commit: string;
  branch?: string;
  /** Without credentials. */
  remote?: string;
  /** Tracked files differ from the commit. */
  dirty: boolean;
  /** The commit that `refs/reprise/<run>` was made for: all files as they were when the run started. */
  snapshot?: string;
};

export type RecordedCell = { index: number; id: string; type: 'code' | 'markdown' | 'raw'; source: string };

export type RecordHeader = {
  schema: 'reprise/record/1';
  type: 'header';
  prev: string;
  run: string;
  notebook: string;
  startedAt: string;
  agent: { version: string; sha256: string };
  canon: string;
  values: string;
  seed: Seed;
  policy: Policy;
  entropy: 'record' | 'enforce';
  /** Scope of the streams: `per-session` or `per-cell`. */
  rng: string;
  strict: boolean;
  /** Every operation of the frameworks was digested. */
  audit?: 'deep';
  /** Computed as on any x86-64 processor with AVX2 (`full --portable`). */
  portable?: true;
  replayOf?: string;
  order?: 'document' | 'executed';
  parameters?: Record<string, unknown>;
  /** `edits`: files of the pin's environment that somebody had changed. */
  pin?: { lock: string; sha256: string; edits?: Drift[] };
  /** The kernel of a notebook that is not in Python. */
  javascript?: RecordedKernel;
  environment: Fingerprint;
  git: GitState | null;
  cells: RecordedCell[];
  starter: 'runner' | 'agent';
};

export type HowCompared = 'exact' | 'pickle' | 'sampled' | 'opaque';
export type WrittenVariable = {
  name: string;
  digest?: string;
  how: HowCompared;
  type?: string;
  /** No object that can be changed in place is reached from it. */
  fixed?: boolean;
};

export type RecordedFile = {
  path: string;
  mode: 'read' | 'write';
  sha256?: string;
  /** Digest of a container by what it holds, without timestamps. */
  content?: string;
  /** Why what a container holds could not be read, so that its bytes are all there is to compare. */
  unread?: string;
  size?: number;
  /** Only of writes: the file did not exist before this execution. */
  created?: boolean;
  /** Only of writes: the execution left no file there. */
  deleted?: boolean;
  /** The file lies outside the root; then `path` is `~/…` or a bare name. */
  outside?: boolean;
  /** Where a bare name is all that is said: the beginning of the sha256 of its folder's path. */
  place?: string;
  /** Only of reads: it was looked for and not there. */
  absent?: boolean;
  attribution: 'exact' | 'weak';
};

/**
 * A read of something that no digest of a local file tells the version of. `url`: an answer to a GET request, or a file
 * opened through fsspec; `dvc`: a file or folder that DVC tracks; `sql`: rows that a query gave; `huggingface`: a file or
 * data set of the Hub; `pachyderm`: an input repository of the pipeline.
 */
export type DataRead = {
  kind: 'url' | 'dvc' | 'sql' | 'huggingface' | 'pachyderm';
  /** An address without credentials, query and fragment; a path as in `files`; a database, as `sqlite:data/study.db`. */
  name: string;
  /** Of `sql`, the statement, without its string literals. */
  query?: string;
  /** What is said to fix its version: `{ etag, modified }`, `{ md5 }`, `{ rows, sha256 }`, `{ commit }`. Empty where nothing is. */
  version: Record<string, string>;
  /** The run itself had made or changed it, or let the database draw, so that what came of it is not only data from elsewhere. */
  own?: boolean;
};

export type EntropyUse = {
  source: string;
  reach: 'seeded' | 'enforced' | 'unreached';
  count: number;
  at?: Place;
  /** By a library while it was imported: it may never be drawn from for a result. */
  importing?: true;
};

/**
 * Why a second execution of a cell may give something else. `continues`: the generator goes on from where the session
 * left it; `new-stream`: each execution takes streams of its own; `user-stream`: the user's seed led elsewhere;
 * `unreached`: no seed reaches it; `generator`: a generator of the user's that nobody puts back; `variable`: another value.
 */
export type RerunDifference =
  | { source: string; why: 'continues' | 'new-stream' | 'user-stream' | 'unreached' }
  | { variable: string; why: 'generator' | 'variable' };

/** Of which no result is proof that the next run repeats it. `lasting`: a setting, that later cells run with too. */
export type Operation = { op: string; at?: Place; lasting?: true };

/**
 * Batches that one line of the cell drew, in their sequence. `passes`: how often the data came to its end. `digests`: 16
 * hexadecimal digits, by the batch's number from 1: of the first ones and of 128, 256 and so on.
 */
export type BatchStream = {
  source: string;
  at?: Place;
  batches: number;
  passes: number;
  digests: Record<string, string>;
  /** sha256 over the digests of all batches; only where every batch has one. */
  chain?: string;
  /** From this batch on only some have a digest: taking more would have slowed the training. */
  sampledFrom?: number;
  /** Something in the batches could not be read: that digests are the same does not prove that the batches are. */
  partial?: true;
};

/**
 * `n`: optimizer steps taken in the cell; 0: what the first one starts from. `loss`: its bits, as C's `%a` writes them.
 * `sampled`: there are more than 256 MiB of weights, and `weights` is of a part of them, at the same places for equal shapes.
 */
export type TrainingStep = { n: number; loss?: string; weights?: string; sampled?: true };

export type Training = {
  streams: BatchStream[];
  /** Where there are more streams than `streams` has room for. */
  streamsInAll?: number;
  /** Steps 1, 2, 4, 8 … and those at the end of a pass. */
  steps: TrainingStep[];
  taken: number;
  /** sha256 of the object with every batch (`reprise/ledger/1`). */
  ledger: string;
};

/** The whole ledger of a cell. `step`: steps that had been taken when the batch was drawn; `size`: rows. */
export type Ledger = {
  schema: 'reprise/ledger/1';
  streams: { source: string; at?: Place; passes: number[]; batches: LedgerBatch[] }[];
  steps: TrainingStep[];
};
export type LedgerBatch = {
  n: number;
  step: number;
  digest?: string;
  size?: number;
  /** Indices of its samples, where they were asked for. */
  rows?: number | number[] | { train: number[]; test: number[] };
};

export type CellLine = {
  type: 'cell';
  prev: string;
  seq: number;
  index: number;
  id: string;
  execution: number;
  executionCount: number | null;
  status: 'ok' | 'error';
  startedAt: string;
  durationMs: number;
  source: string;
  reads: string[];
  readDigests: Record<string, string>;
  /** Names that the cell looked for and that were not in the namespace; a builtin may have served instead. */
  missing?: string[];
  /** Names that the cell may have written or have left as they were (only where names are read off the code). */
  kept?: string[];
  writes: WrittenVariable[];
  /** Of `writes`, those that it changed where they stand instead of binding the name. */
  mutated?: string[];
  /** By name of what the cell wrote, other names from which objects are reached that can be changed in place. */
  shares?: Record<string, string[]>;
  deletes: string[];
  files: RecordedFile[];
  /** From the root: folders that it made and left, and that were not there before the run. */
  folders?: string[];
  /** In the order in which they were first read. */
  data?: DataRead[];
  entropy: EntropyUse[];
  clock: { call: string; at?: Place }[];
  operations: Operation[];
  /** Of the deep audit: object with a line an operation, `name inputs outputs line`. */
  audit?: { log: string; operations: number; leftOut?: number };
  rng: {
    before: Record<string, string>;
    after: Record<string, string>;
    /** Global generators from which it drew before it seeded them itself. */
    drew?: string[];
    /** Global generators that it seeded. */
    seeded?: string[];
  };
  /**
   * Digests of the working folder (`cwd`), the environment variables (`environ`), `sys.path` and settings of libraries
   * that are imported; `used`: names of settings on which the cell depends.
   */
  process?: { before: Record<string, string>; after: Record<string, string>; used?: string[] };
  /** Batches, losses and weights of a cell that trained something. */
  training?: Training;
  /** Of a cell that ran again unedited in the same kernel. `of`: `seq` of the execution before. */
  rerun?: { of: number; differs: RerunDifference[] };
  warnings: { category: string; message: string; line?: number }[];
  error: { ename: string; evalue: string } | null;
  outputs: { raw: string; layout: string; count: number };
  /** Earlier cells whose displays this execution updated, with their outputs as they are since. */
  revised?: { index: number; id: string; raw: string; layout: string; count: number }[];
  /** Keys of the document's cells in their order, where a live notebook says and they are not as last said. */
  order?: string[];
  precision: 'monitoring' | 'static';
  notObserved: string[];
  faults: string[];
};

/** The kernel's last line: files that were open until then, which count as the last cell's; and what was loaded. */
export type ClosingLine = { type: 'closing'; prev: string; files: RecordedFile[]; loaded?: Loaded };

export type RecordSummary = {
  type: 'summary';
  prev: string;
  status: RunStatus;
  endedAt: string;
  durationMs: number;
  results: string;
  executed: number;
  skipped: { index: number; id: string }[];
  died?: { index: number; id: string; signal?: string };
  /** The cell that was running when the run was cancelled: what it left is no result. */
  interrupted?: { index: number; id: string };
  faults: string[];
};

export type RecordLine = RecordHeader | CellLine | ClosingLine | RecordSummary;

/** A record as read from disk: as much of it as the chain vouches for. */
export type RunRecord = {
  header: RecordHeader;
  cells: CellLine[];
  loaded?: Loaded;
  summary: RecordSummary | null;
  /** sha256 of the last whole line. */
  root: string;
  /** Where the chain breaks: 1-based line and reason; null when it holds to the end. */
  broken: { line: number; reason: 'torn' | 'changed' | 'unreadable' } | null;
};
