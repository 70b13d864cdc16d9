/** What the commands need of the editor, as narrow ports: each command is tested without an editor. */
import type { CommandLine } from './commandLine';
import type { CommandId } from './commands/ids';
import type { RunPlan } from '../lineage/stale/plan';
import type { State } from '../lineage/stale/state';
import type { JavaScriptLanguage } from '../environment/recordedKernel';
import type { LineageDocument } from '../lineage/graph';
import type { NotebookState } from './follow/state';
import type { Memory } from './kernels/remoteHost';
import type { Live, RunRef } from './kubernetes/followers';
import type { Row } from './kubernetes/rows';
import type { Log } from './log';
import type { Settings } from './settings';
import type { Sidecars } from './sidecars';
import type { SigningKey } from './exporting/key';

export type Severity = 'information' | 'warning' | 'error';

/** A notebook in the editor; it need not be a file yet. */
export type NotebookRef = {
  uri: string;
  name: string;
  /** Of one that tslab or Deno runs, and not Python. */
  javascript?: JavaScriptLanguage;
};

/** A notebook that is a local file. */
export type NotebookFile = NotebookRef & {
  /** Absolute. */
  path: string;
  folder: string;
  /** The folder that has, or will have, `.reprise/`. */
  root: string;
  /** Path from the root, with `/`, as documents name it. */
  notebook: string;
};

/** A cell of a notebook in the editor; `uri` is its own. */
export type CellRef = {
  uri: string;
  /** As its record names it. */ id: string;
  /** From 0. */ index: number;
  source: string;
  comment: '#' | '//';
};

/** A line of a cell, or of a script. `id` wins where the notebook still has such a cell: cells move. */
export type Place = { index: number; id?: string; /** From 1. */ line?: number };

export type Choice<T> = {
  label: string;
  description?: string;
  detail?: string;
  value: T;
};

/** A heading in a list of choices. */
export type Heading = { heading: string };

/** What a shown text offers to do with the notebook that it is about. */
export type TextAction = { label: string; command: CommandId; /** Its URI. */ notebook: string };

export type Report = (message: string, /** How much is done, from 0 to 1. */ fraction?: number) => void;

/** The editor as a command sees it. */
export type Editor = Surface & Services;

/** What the user sees and does. */
export type Surface = {
  readonly isTrusted: boolean;
  /** The notebook the command was invoked on, else the one in front; undefined when there is none, and the user was told. */
  notebook(): NotebookRef | undefined;
  /** Packages that the command was invoked with. */
  packages(): string[];
  /** The run of the tree *Replays* that the command was invoked on. */
  clusterRun(): RunRef | undefined;
  /** The script that is in front, where one is and no notebook. */
  script(): NotebookRef | undefined;
  /** The cell the command was invoked on, else the one with the cursor; undefined as above. */
  cell(): CellRef | undefined;
  /** The same, for what needs a file on the disk. */
  notebookFile(): NotebookFile | undefined;
  /** The same, for what reads the file: asks to save it, and is undefined when the user would not. */
  savedNotebook(): Promise<NotebookFile | undefined>;

  /** Shows `title` with a way to cancel while `work` goes on. */
  withProgress<T>(title: string, work: (report: Report, signal: AbortSignal) => Promise<T>): Promise<T>;
  /** @returns the button that was pressed */
  notify(severity: Severity, message: string, ...buttons: string[]): Promise<string | undefined>;
  /** Asks before something is lost. @returns whether `button` was pressed */
  confirm(question: string, detail: string, button: string): Promise<boolean>;
  pick<T>(title: string, choices: readonly (Choice<T> | Heading)[]): Promise<T | undefined>;
  input(options: {
    title: string;
    prompt: string;
    value: string;
    /** @returns what is wrong with the text, if anything */
    problem: (text: string) => string | undefined;
  }): Promise<string | undefined>;

  /** Puts text before a line of a cell, counted from 0. */
  insert(cell: CellRef, line: number, text: string): Promise<void>;
  /** Brings a line of a notebook's cell, or of a script, into view and selects it. */
  reveal(uri: string, place: Place): Promise<void>;
  openFile(path: string): Promise<void>;
  openRecord(root: string, run: string): Promise<void>;
  /** Shows a read-only Markdown document, with what can be done above it. */
  showText(title: string, text: string, actions?: readonly TextAction[]): Promise<void>;
  /** Opens a new document that is not a file yet. */
  openText(language: string, text: string): Promise<void>;
  copy(text: string): Promise<void>;
  /** Asks where to write a file, and before one is written over. @returns its path */
  askWhere(title: string, proposed: string): Promise<string | undefined>;
  /** Asks for a file that is there. @returns its path */
  askFile(title: string, button: string): Promise<string | undefined>;
  /** Any command of the editor, or of ours. */
  execute(command: string, ...args: unknown[]): Promise<void>;
};

/** What works behind it. */
export type Services = {
  readonly kernels: Kernels;
  readonly runs: Runs;
  readonly lint: Lint;
  readonly stale: Stale;
  readonly lineage: Lineage;
  readonly reports: { show(root: string, run: string): void };
  readonly sidecars: Pick<Sidecars, 'settingsOf' | 'change'>;
  readonly settings: Pick<Settings, 'python' | 'startSeconds'>;
  readonly commandLine: Pick<CommandLine, 'run'>;
  readonly clusterRuns: ClusterRuns;
  /** Of the workspace. */
  readonly memory: Memory;
  readonly log: Log;
  readonly installation: Installation;
  readonly signing: Pick<SigningKey, 'signer' | 'publicKey' | 'make' | 'take' | 'forget'>;
};

/** The live kernels, one a notebook. A notebook is named by its URI. */
export type Kernels = {
  runAll(uri: string): Promise<void>;
  /** Runs cells, named by their ids, in the document's order. @returns whether all of them ran to their end */
  runCells(uri: string, cells: readonly string[]): Promise<boolean>;
  restart(uri: string): Promise<void>;
  selectInterpreter(uri: string): Promise<void>;
  connectServer(): Promise<void>;
  useReprise(uri: string): Promise<void>;
  /** The interpreter of the live kernel, or the one that was picked for the next. */
  pythonOf(uri: string): string | undefined;
  /** What it would run on without a pin. @throws Failure `no-python` */
  pythonWithoutPin(uri: string): Promise<string>;
  /** What was picked for the notebook, if anything: it wins over a pin. */
  pickedPython(uri: string): string | undefined;
  /** The run that the live kernel records. */
  liveRunOf(uri: string): string | undefined;
  isBusy(uri: string): boolean;
  interrupt(uri: string): Promise<void>;
};

/** Which cells of each open notebook no longer say the truth. A cell is named by its id. */
export type Stale = {
  /** Undefined where nothing of it ran in a kernel that this window knows of. */
  stateOf(uri: string): State | undefined;
  /** In the document's order, without those that are running. */
  staleOf(uri: string): string[];
  /** What to run so that these are clean. */
  planFor(uri: string, targets: readonly string[]): RunPlan | undefined;
  /** Takes in what was recorded since. */
  refresh(uri: string): Promise<void>;
};

/** What each result came from. */
export type Lineage = {
  /** Of a recorded run, with its cells marked where they are stale. @throws RecordError, StoreError */
  documentOf(notebook: NotebookFile, run: string): LineageDocument;
  /** The graph in a panel. */
  show(notebook: NotebookFile): void;
};

/** What the records say of each open notebook. */
export type Runs = {
  stateOf(uri: string): NotebookState;
  /** Reads what was recorded since, without waiting for the file system to tell. */
  refresh(uri: string): Promise<void>;
};

/** The runs of the workspace that went to a cluster, newest first. */
export type ClusterRuns = {
  list(): readonly Row[];
  /** Resolves when the run has ended and the user is told what came of it. */
  follow(ref: RunRef, onLive?: (live: Live) => void): Promise<void>;
  /** Ends it there and takes away what it has there; what is here of it stays. */
  cancel(ref: RunRef): Promise<void>;
  takeAway(ref: RunRef): Promise<void>;
};

/** What lint finds in each open notebook and script. */
export type Lint = {
  listOf(uri: string): readonly ListedFinding[];
  /** Applies every safe fix, in one step. @returns whether there was any */
  fixAll(uri: string): Promise<boolean>;
};

export type ListedFinding = { /** Its line. */ text: string; message: string; at: Place };

/** Where the extension is, and where its command can be put. */
export type Installation = {
  /** The extension's own folder, which moves at each update. */
  extension: string;
  home: string;
  platform: NodeJS.Platform;
  /** `PATH` as the editor has it. */
  path: string;
  /** A Node for machines where there is no other. */
  node: string;
};

export type Command = {
  id: CommandId;
  /** Runs code of the workspace or does what its files say in a cluster, so never in one that is not trusted. */
  runsCode?: true;
  run(editor: Editor): Promise<void>;
};
