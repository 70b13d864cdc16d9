/** A kernel for assignments of sums, which writes the lines that the agent would: enough to try plans by the thousand. */
import { withDefaults } from '../../../src/lineage/read';
import type { CellLine } from '../../../src/lineage/record';
import { cellDigest } from '../../../src/notebook/digest';
import { LiveNotebook, staleCells, withOwnIds } from '../../../src/lineage/stale/live';
import type { RunPlan } from '../../../src/lineage/stale/plan';
import type { SessionCell, State } from '../../../src/lineage/stale/state';
import { sha } from '../replay/build';

export class ToyNotebook {
  readonly live = new LiveNotebook();
  /** What each cell shows. */
  readonly shown = new Map<string, string>();
  private variables = new Map<string, number>();
  private kernels = 0;
  private seq = 0;

  constructor(public cells: SessionCell[]) {
    this.restart();
  }

  static of(...sources: string[]): ToyNotebook {
    return new ToyNotebook(sources.map((source, at) => ({ id: `c${at}`, type: 'code', source })));
  }

  restart(): void {
    this.kernels += 1;
    this.seq = 0;
    this.variables = new Map();
    const run = `20260101-00000${this.kernels % 10}-aaaaaa`;
    this.live.started({ run, seed: { value: '9f', from: 'fresh' }, policy: 'close', rng: 'per-session' });
  }

  edit(id: string, source: string): void {
    this.cells = this.cells.map((cell) => (cell.id === id ? { ...cell, source } : cell));
  }

  run(...ids: string[]): void {
    for (const id of ids) this.execute(this.cells.find((cell) => cell.id === id)!);
  }

  runAll(): void {
    this.run(...this.cells.map(({ id }) => id));
  }

  state(): State {
    return this.live.state(withOwnIds(this.cells));
  }

  stale(): string[] {
    return staleCells(this.state());
  }

  plan(...targets: string[]): RunPlan {
    return this.live.plan(targets, this.cells, this.state());
  }

  /** What each cell would show in a run from the top. */
  fromTheTop(): Map<string, string> {
    const fresh = new ToyNotebook(this.cells);
    fresh.runAll();
    return fresh.shown;
  }

  /** A cell is lines of `name = term + term` and `print(name)`; a name that is not there ends it. */
  private execute({ id, source }: SessionCell): void {
    const readDigests: Record<string, string> = {};
    const missing: string[] = [];
    const written = new Map<string, number>();
    const printed: string[] = [];
    let error: CellLine['error'] = null;
    const valueOf = (term: string): number => {
      if (/^\d+$/.test(term)) return Number(term);
      const value = this.variables.get(term);
      if (value === undefined) {
        missing.push(term);
        throw new Error(`name '${term}' is not defined`);
      }
      if (!written.has(term)) readDigests[term] = sha(String(value));
      return value;
    };
    try {
      for (const line of source.split('\n').filter((each) => each !== '')) {
        const [, name, terms, shown] = /^(?:(\w+) = (.*)|print\((\w+)\))$/.exec(line)!;
        if (shown !== undefined) printed.push(String(valueOf(shown)));
        else {
          const sum = terms!.split(' + ').reduce((total, term) => total + valueOf(term), 0);
          this.variables.set(name!, sum);
          written.set(name!, sum);
        }
      }
    } catch (raised) {
      error = { ename: 'NameError', evalue: (raised as Error).message };
    }
    this.shown.set(id, [...printed, ...(error === null ? [] : [error.evalue])].join('\n'));
    const line = withDefaults({
      type: 'cell',
      seq: this.seq++,
      id,
      execution: 1,
      status: error === null ? 'ok' : 'error',
      source: cellDigest(source),
      reads: Object.keys(readDigests),
      readDigests,
      missing,
      writes: [...written].map(([name, value]) => ({
        name,
        digest: sha(String(value)),
        how: 'exact',
        fixed: true,
      })),
      error,
    });
    this.live.ran(line, source);
  }
}
