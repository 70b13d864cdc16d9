/** What a run from the top would have left at some place of the notebook. */
import { Sharing } from './sharing';
import type { SourceFacts } from './source';
import { applySharing, type Execution, type Timeline } from './timeline';
import { compareVersions, isOf, type Key, keyOf, type Version } from './versions';

/** What nobody can say: a cell above, named here, might leave something else than it did. */
export type Unknown = {
  is: 'unknown';
  cell: string;
  /** That cell itself is clean: it was run while other names shared with what it changed. */
  order?: true;
};

/** What the functions of the notebook may do when any of them is called. */
export type FunctionFacts = SourceFacts['functions'];

export class Expected {
  private readonly held = new Map<Key, Version | Unknown>();
  /** Set once a cell might have written anything of a kind. */
  private readonly anything = new Map<string, Unknown>();
  private readonly sharing = new Sharing();

  constructor(private readonly timeline: Timeline) {}

  get(key: Key): Version | Unknown {
    const held = this.held.get(key);
    if (held !== undefined) return held;
    return this.anything.get(key.slice(0, key.indexOf(':'))) ?? this.timeline.atStart(key);
  }

  /** Variables that are there, or may be. */
  variables(): Key[] {
    return [...this.held].flatMap(([key, { is }]) => (isOf('variable', key) && is !== 'absent' ? [key] : []));
  }

  /** A cell of the notebook might have left any variable. */
  get wild(): Unknown | undefined {
    return this.anything.get('variable');
  }

  /** Names that share here with what an execution changed in place, and did not when it ran; and the other way about. */
  otherwiseShared({ line, changed }: Execution): { here: string[]; then: string[] } {
    const here = this.sharing.reach(line.mutated ?? []);
    return {
      here: [...here].filter((name) => !changed.has(name)),
      then: [...changed].filter((name) => !here.has(name)),
    };
  }

  /** A cell that would do what it did when it last ran. */
  put(last: Execution): void {
    const { here, then } = this.otherwiseShared(last);
    for (const [key, version] of last.kept) {
      const here = this.get(key);
      if (here.is === 'unknown' || compareVersions(version, here) !== 'different') continue;
      this.held.set(key, { is: 'unknown', cell: last.cell, order: true });
    }
    const untouched = new Set(then.map((name) => keyOf('variable', name)));
    for (const [key, version] of last.writes) if (!untouched.has(key)) this.held.set(key, version);
    for (const name of here) {
      const key = keyOf('variable', name);
      if (this.canChange(name)) this.held.set(key, { is: 'unknown', cell: last.cell, order: true });
    }
    applySharing(this.sharing, last.line);
  }

  /** A cell that would run on other values, or other code, than when it last ran. */
  spoil(cell: string, wrote: Iterable<Key>, facts: SourceFacts, functions: FunctionFacts): void {
    const unknown: Unknown = { is: 'unknown', cell };
    const called = facts.calls ? functions : undefined;
    for (const key of wrote) this.held.set(key, unknown);
    if (facts.wild || called?.wild) {
      for (const kind of ['variable', 'file', 'generator', 'process', 'module'])
        this.spoilKind(kind, unknown);
      return;
    }
    const touched = this.changeable(facts, called);
    for (const name of [...facts.binds, ...(called?.binds ?? []), ...touched]) {
      this.held.set(keyOf('variable', name), unknown);
    }
    const [first, ...rest] = [...facts.binds, ...touched];
    if (first !== undefined) this.sharing.join(first, rest);
    if (facts.calls) this.spoilKind('generator', unknown);
    if (facts.writesFiles || called?.writesFiles) this.spoilKind('file', unknown);
    if (facts.changesProcess || called?.changesProcess) this.spoilKind('process', unknown);
    if (facts.setsAttributes || called?.setsAttributes) this.spoilKind('module', unknown);
  }

  private changeable(facts: SourceFacts, called: FunctionFacts | undefined): string[] {
    const reached = [...(facts.mutates ? facts.loads : []), ...(called?.mutates ? called.loads : [])];
    const held = reached.filter((name) => this.canChange(name));
    return [...this.sharing.reach(held)].filter((name) => this.canChange(name));
  }

  private canChange(name: string): boolean {
    const version = this.get(keyOf('variable', name));
    return version.is === 'value' && version.fixed !== true;
  }

  private spoilKind(kind: string, unknown: Unknown): void {
    for (const key of this.held.keys()) if (key.startsWith(`${kind}:`)) this.held.set(key, unknown);
    this.anything.set(kind, unknown);
  }
}
