/** An editor with a notebook in front that remembers what the user was shown, and presses the buttons it was told to. */
import { commands } from '../../../src/vscode/commands';
import type { CommandId } from '../../../src/vscode/commands/ids';
import { invoke } from '../../../src/vscode/invoke';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { CommandLine } from '../../../src/vscode/commandLine';
import type {
  CellRef,
  Choice,
  Editor,
  Heading,
  ListedFinding,
  NotebookFile,
  NotebookRef,
  Place,
  Report,
  Severity,
  TextAction,
} from '../../../src/vscode/editor';
import { DEFAULTS, type NotebookState } from '../../../src/vscode/follow/state';
import { SigningKey } from '../../../src/vscode/exporting/key';
import { Settings, SETTINGS } from '../../../src/vscode/settings';
import type { Live, RunRef } from '../../../src/vscode/kubernetes/followers';
import type { Row } from '../../../src/vscode/kubernetes/rows';
import { Sidecars } from '../../../src/vscode/sidecars';
import type { LineageDocument } from '../../../src/lineage/graph';
import { temporaryFolder } from '../lineage/build';
import type { ToyNotebook } from '../lineage/toyKernel';

export class FakeEditor implements Editor {
  /** Everything the user saw or that was done, in order. */
  readonly done: string[] = [];
  readonly cancellation = new AbortController();
  readonly folder = temporaryFolder();
  readonly home = temporaryFolder();
  isTrusted = true;
  /** Undefined: no notebook is open. */
  front: NotebookFile | undefined = {
    uri: 'file:///study.ipynb',
    name: 'study.ipynb',
    path: path.join(this.folder, 'study.ipynb'),
    folder: this.folder,
    root: this.folder,
    notebook: 'study.ipynb',
  };
  isUntitled = false;
  state: NotebookState = DEFAULTS;
  /** What refreshing finds. */
  found: NotebookState | undefined;
  live: string | undefined;
  busy = false;
  python: string | undefined;
  picked: string | undefined;
  values: Record<string, unknown> = {};
  /** Labels to press or pick, and texts to type, in order; Escape where there are no more. */
  answers: string[] = [];
  progress: [string, number | undefined][] = [];
  commandLine: Editor['commandLine'] = new CommandLine(path.join(this.folder, 'no-such-program'));

  readonly sidecars = new Sidecars();
  readonly settings = new Settings((key) => ({ value: this.values[key] }));
  readonly installation = {
    extension: path.join(this.home, 'extensions', 'reprise.reprise-0.1.0'),
    home: this.home,
    platform: 'linux' as NodeJS.Platform,
    path: '/usr/bin',
    node: process.execPath,
  };
  readonly kernels: Editor['kernels'] = {
    runAll: (uri) => this.note(`run all ${uri}`),
    runCells: (_uri, cells) => {
      this.toy?.run(...cells);
      const failed = cells.some((cell) => this.toy?.shown.get(cell)?.includes('not defined'));
      return this.note(`run cells ${cells.join(', ')}`).then(() => !failed);
    },
    restart: (uri) => {
      this.toy?.restart();
      return this.note(`restart ${uri}`);
    },
    selectInterpreter: (uri) => this.note(`select interpreter ${uri}`),
    connectServer: () => this.note('connect server'),
    useReprise: (uri) => this.note(`use reprise ${uri}`),
    interrupt: (uri) => this.note(`interrupt ${uri}`),
    pythonOf: () => this.python,
    pythonWithoutPin: () => Promise.resolve(this.python ?? '/usr/bin/python3'),
    pickedPython: () => this.picked,
    liveRunOf: () => this.live,
    isBusy: () => this.busy,
  };
  readonly runs: Editor['runs'] = {
    stateOf: () => this.state,
    refresh: () => {
      this.state = this.found ?? this.state;
      return Promise.resolve();
    },
  };
  /** What the cells of the notebook do; without one nothing has run in a kernel. */
  toy: ToyNotebook | undefined;
  readonly stale: Editor['stale'] = {
    stateOf: () => this.toy?.state(),
    staleOf: () => this.toy?.stale() ?? [],
    planFor: (_uri, targets) => this.toy?.plan(...targets),
    refresh: () => Promise.resolve(),
  };
  document: LineageDocument | undefined;
  readonly lineage: Editor['lineage'] = {
    documentOf: () => this.document!,
    show: ({ notebook }) => void this.note(`lineage of ${notebook}`),
  };
  findings: ListedFinding[] = [];
  fixable = false;
  readonly lint: Editor['lint'] = {
    listOf: () => this.findings,
    fixAll: (uri) => this.note(`fix all ${uri}`).then(() => this.fixable),
  };
  rows: Row[] = [];
  /** What following a run in a cluster tells. */
  liveRun: Live = {};
  readonly clusterRuns: Editor['clusterRuns'] = {
    list: () => this.rows,
    follow: ({ run }, onLive) => this.note(`follow ${run}`).then(() => onLive?.(this.liveRun)),
    cancel: ({ run }) => this.note(`cancel ${run}`),
    takeAway: ({ run }) => this.note(`take away ${run}`),
  };
  readonly kept = new Map<string, unknown>();
  readonly memory: Editor['memory'] = {
    get: (key) => this.kept.get(key),
    update: (key, value) => Promise.resolve(void this.kept.set(key, value)),
  };
  readonly secrets = new Map<string, string>();
  readonly signing = new SigningKey({
    get: (key) => Promise.resolve(this.secrets.get(key)),
    store: (key, value) => Promise.resolve(void this.secrets.set(key, value)),
    delete: (key) => Promise.resolve(void this.secrets.delete(key)),
  });
  readonly reports = {
    show: (root: string, run: string) => void this.note(`report ${run} in ${this.short(root)}`),
  };
  readonly lines: string[] = [];
  readonly log: Editor['log'] = {
    info: (text) => void this.lines.push(text),
    warn: (text) => void this.lines.push(`warning: ${text}`),
    error: (text) => void this.lines.push(`error: ${text}`),
    show: () => void this.note('log'),
  };

  notebook() {
    return this.front;
  }

  given: string[] = [];

  packages() {
    return this.given;
  }

  /** The row of the tree that a command is invoked on. */
  row: RunRef | undefined;

  clusterRun() {
    return this.row;
  }

  /** Undefined: no script is in front. */
  frontScript: NotebookRef | undefined;

  script() {
    return this.frontScript;
  }

  /** The text of the cell with the cursor. */
  source = '';
  comment: '#' | '//' = '#';

  cell(): CellRef | undefined {
    const id = this.toy?.cells[1]?.id ?? 'id1';
    return this.front && { uri: 'cell:1', id, index: 1, source: this.source, comment: this.comment };
  }

  insert({ index }: CellRef, line: number, text: string) {
    return this.note(`insert before line ${line} of cell ${index}: ${text}`);
  }

  notebookFile() {
    return this.isUntitled ? undefined : this.front;
  }

  savedNotebook() {
    return Promise.resolve(this.notebookFile());
  }

  withProgress<T>(title: string, work: (report: Report, signal: AbortSignal) => Promise<T>) {
    void this.note(`progress ${title}`);
    return work(
      (message, fraction) => void this.progress.push([message, fraction]),
      this.cancellation.signal,
    );
  }

  notify(severity: Severity, message: string, ...buttons: string[]) {
    void this.note(`${severity}: ${message} [${buttons.join('] [')}]`);
    return Promise.resolve(this.answer(buttons));
  }

  confirm(question: string, detail: string, button: string) {
    void this.note(`${question} ${detail} [${button}]`);
    return Promise.resolve(this.answer([button]) !== undefined);
  }

  pick<T>(title: string, choices: readonly (Choice<T> | Heading)[]): Promise<T | undefined> {
    const shown = choices.map((choice) =>
      'heading' in choice
        ? `– ${choice.heading}`
        : [choice.label, choice.description].filter(Boolean).join(' | '),
    );
    void this.note([title, ...shown].join('\n'));
    const labels = choices.flatMap((choice) => ('heading' in choice ? [] : [choice.label]));
    const label = this.answer(labels);
    const picked = choices.find((choice) => 'label' in choice && choice.label === label);
    return Promise.resolve(picked !== undefined && 'value' in picked ? picked.value : undefined);
  }

  input({ title, value, problem }: Parameters<Editor['input']>[0]): Promise<string | undefined> {
    void this.note(`${title}: ${value}`);
    // A box stays open as long as something is wrong with what is in it.
    for (let typed = this.answers.shift(); typed !== undefined; typed = this.answers.shift()) {
      const wrong = problem(typed);
      if (wrong === undefined) return Promise.resolve(typed);
      void this.note(wrong);
    }
    return Promise.resolve(undefined);
  }

  reveal(_uri: string, { index, id, line }: Place) {
    return this.note(`reveal cell ${index}${id ? ` (${id})` : ''}${line ? `, line ${line}` : ''}`);
  }

  openFile(file: string) {
    return this.note(`open ${this.short(file)}`);
  }

  openRecord(root: string, run: string) {
    return this.note(`record ${run} in ${this.short(root)}`);
  }

  showText(title: string, text: string, actions: readonly TextAction[] = []) {
    const offered = actions.map(({ label, command }) => `[${label}](${command})`).join(' ');
    return this.note([title, offered, text].filter(Boolean).join('\n'));
  }

  openText(language: string, text: string) {
    return this.note(`new ${language}\n${text}`);
  }

  copy(text: string) {
    return this.note(`copied ${this.short(text)}`);
  }

  askWhere(title: string, proposed: string) {
    void this.note(`${title}: ${this.short(proposed)}`);
    return Promise.resolve(this.answers.shift());
  }

  askFile(title: string, button: string) {
    void this.note(`${title} [${button}]`);
    return Promise.resolve(this.answers.shift());
  }

  execute(command: string, ...args: unknown[]) {
    return this.note([`command ${command}`, ...args.map((each) => JSON.stringify(each))].join(' '));
  }

  /** `reprise` is this program from now on; `print` prints the document on its stdout. */
  program(script: string): void {
    const file = path.join(this.folder, 'cli.cjs');
    const print = 'const print = (document) => console.log(JSON.stringify(document));';
    const event = 'const event = (event) => console.error(JSON.stringify(event));';
    writeFileSync(file, `${print}\n${event}\n${script}`);
    this.commandLine = new CommandLine(file);
  }

  set timeout(seconds: number) {
    this.values[SETTINGS.startTimeout] = seconds;
  }

  private answer(offered: string[]): string | undefined {
    if (this.answers.length === 0) return undefined;
    const answer = this.answers.shift()!;
    if (!offered.includes(answer)) throw new Error(`"${answer}" was not offered: ${offered.join(', ')}`);
    return answer;
  }

  private short(text: string): string {
    return text.replaceAll(this.folder, '.').replaceAll(this.home, '~');
  }

  private note(what: string): Promise<void> {
    this.done.push(what);
    return Promise.resolve();
  }
}

/** Runs a command as it is called from the palette. @returns what it did */
export async function call(id: CommandId, editor: FakeEditor, ...answers: string[]): Promise<string[]> {
  editor.answers = answers;
  await invoke(
    commands.find((command) => command.id === id)!,
    editor,
  );
  return editor.done;
}
