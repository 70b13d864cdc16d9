/** Runs a `reprise` command that ends in a verdict, shows its cells while they run, and tells the verdict. */
import type { SaidEvent } from './commandLine';
import type { Editor, NotebookFile, Report } from './editor';
import { isChanged } from './follow/state';
import { type Outcome, outcomeOf } from './outcome';

export type Judging = {
  title: string;
  /** Subcommand and what it is about. */
  args: string[];
  folder: string;
  /** What each execution is called while it goes on, in their order. */
  executions: readonly string[];
};

export async function judge(editor: Editor, notebook: NotebookFile, judging: Judging): Promise<void> {
  const { commandLine, kernels, log, runs, settings } = editor;
  const { uri } = notebook;
  const isPinned = runs.stateOf(uri).pin !== undefined;
  const python = isPinned ? kernels.pickedPython(uri) : (kernels.pythonOf(uri) ?? settings.python(uri));
  const args = [...judging.args, ...(python === undefined ? [] : ['--python', python])];
  log.info(`reprise ${args.join(' ')}`);
  const ended = await editor.withProgress(judging.title, (report, signal) => {
    const progress = new CellProgress(judging.executions, report);
    return commandLine.run({
      args,
      folder: judging.folder,
      startSeconds: settings.startSeconds(uri),
      onEvent: (event) => {
        progress.show(event);
        const line = logLine(event);
        if (line !== undefined) log.info(line);
      },
      onSaid: (line) => log.info(line),
      signal,
    });
  });
  await runs.refresh(uri);

  const outcome = outcomeOf(ended);
  if (!ended.said.includes(outcome.message)) log[LEVELS[outcome.severity]](outcome.message);
  // The work has ended, and a notification may stay for as long as nobody presses anything.
  void tell(editor, notebook, outcome).catch((error: unknown) => log.error(String(error)));
}

/** Says what came of it, with a way to the report. */
export async function tell(editor: Editor, notebook: NotebookFile, outcome: Outcome): Promise<void> {
  const { severity, message, judgement, report } = outcome;
  const { uri, name, root } = notebook;
  if (judgement === undefined) {
    const button = report === undefined ? SHOW_LOG : SHOW_REPORT;
    const pressed = await editor.notify(severity, `${name}: ${message}`, button);
    if (pressed === SHOW_LOG) editor.log.show();
    else if (pressed !== undefined && report !== undefined) editor.reports.show(root, report);
    return;
  }
  const edited = isChanged(editor.runs.stateOf(uri)) ? ' The notebook was edited since that run.' : '';
  const first = judgement.firstDivergence;
  const goTo = first === null ? [] : [`Go to Cell ${first.index}`];
  const pressed = await editor.notify(severity, `${name}: ${message}${edited}`, SHOW_REPORT, ...goTo);
  if (pressed === SHOW_REPORT) editor.reports.show(root, judgement.original);
  else if (pressed !== undefined && first !== null) await editor.reveal(uri, first);
}

const LEVELS = { information: 'info', warning: 'warn', error: 'error' } as const;
const SHOW_LOG = 'Show Log';
const SHOW_REPORT = 'Show Report';

/** Cells counted over all executions, so that the bar fills once. */
class CellProgress {
  private execution = 0;
  private done = 0;

  constructor(
    private readonly executions: readonly string[],
    private readonly report: Report,
  ) {}

  show(event: SaidEvent): void {
    if (event.event === 'started') {
      this.execution += 1;
      this.report(`${this.what()} …`, this.fraction(0));
    } else if (event.event === 'cell-start') {
      this.done = (event.number - 1) / event.of;
      const count = `${event.number} of ${event.of}`;
      this.report(`${this.what()} cell ${event.index} (${count})`, this.fraction(this.done));
    }
  }

  private what(): string {
    return this.executions[this.execution - 1] ?? this.executions.at(-1) ?? '';
  }

  private fraction(done: number): number {
    return Math.min(1, (this.execution - 1 + done) / this.executions.length);
  }
}

function logLine(event: SaidEvent): string | undefined {
  switch (event.event) {
    case 'started':
      return `run ${event.run} started`;
    case 'cell-end':
      return `cell ${event.index}: ${event.status}, ${Math.round(event.durationMs)} ms`;
    case 'fault':
      return event.message;
    default:
      return undefined;
  }
}
