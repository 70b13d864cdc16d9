/** Under policy `full`, asks once in a kernel's life before a cell runs on values that a run from the top would not have. */
import * as vscode from 'vscode';
import type { RunPlan } from '../../lineage/stale/plan';
import type { Kernels, Runs, Stale } from '../editor';
import type { CellKeys } from '../kernels/cells';
import { staleInputs, UPSTREAM_FIRST, RUN_ANYWAY } from './inputs';

export type GuardDeps = {
  keys: Pick<CellKeys, 'keyOf' | 'order'>;
  stale: Pick<Stale, 'planFor' | 'refresh'>;
  runs: Pick<Runs, 'stateOf'>;
  kernels: Pick<Kernels, 'liveRunOf'> & { isUnderWay(cell: vscode.NotebookCell): boolean };
};

export class StaleInputGuard {
  private readonly asked = new Set<string>();

  constructor(private readonly deps: GuardDeps) {}

  /** @returns the cells to run; undefined where nothing has to be asked */
  check(
    notebook: vscode.NotebookDocument,
    cells: readonly vscode.NotebookCell[],
  ): Promise<readonly vscode.NotebookCell[]> | undefined {
    const uri = notebook.uri.toString();
    const { kernels, runs } = this.deps;
    const live = kernels.liveRunOf(uri);
    if (live === undefined || this.asked.has(live)) return undefined;
    const { run, policy } = runs.stateOf(uri);
    const under = run?.run === live ? (run.header?.policy ?? policy) : policy;
    return under === 'full' ? this.ask(notebook, cells, live) : undefined;
  }

  private async ask(
    notebook: vscode.NotebookDocument,
    cells: readonly vscode.NotebookCell[],
    live: string,
  ): Promise<readonly vscode.NotebookCell[]> {
    const uri = notebook.uri.toString();
    const { keys, kernels, stale } = this.deps;
    await stale.refresh(uri);
    const all = notebook.getCells();
    const sure = [...cells, ...all.filter((cell) => kernels.isUnderWay(cell))].map((cell) =>
      keys.keyOf(cell),
    );
    const plan: RunPlan | undefined = stale.planFor(uri, sure);
    const question = plan && staleInputs(plan, sure, keys.order(notebook));
    if (plan === undefined || question === undefined) return cells;
    this.asked.add(live);
    const { message, detail, buttons } = question;
    const pressed = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
    if (pressed === RUN_ANYWAY) return cells;
    if (pressed !== UPSTREAM_FIRST) return [];
    const first = new Set(plan.cells);
    return all.filter((cell) => first.has(keys.keyOf(cell)) && !kernels.isUnderWay(cell));
  }
}
