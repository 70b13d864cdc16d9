/** What a run from the top would have left at some place of the notebook. */
import type { SourceFacts } from './source';
import type { Timeline } from './timeline';
import { isOf, type Key, keyOf, type Version } from './versions';

/** What nobody can say: a cell above, named here, might leave something else than it did. */
export type Unknown = { is: 'unknown'; cell: string };

/** What the functions of the notebook may do when any of them is called. */
export type FunctionFacts = SourceFacts['functions'];

export class Expected {
  private readonly held = new Map<Key, Version | Unknown>();
  /** Set once a cell might have written anything of a kind. */
  private readonly anything = new Map<string, Unknown>();

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

  put(writes: ReadonlyMap<Key, Version>): void {
    for (const [key, version] of writes) this.held.set(key, version);
  }

  /** A cell that would run on other values, or other code, than when it last ran. */
  spoil(cell: string, wrote: Iterable<Key>, facts: SourceFacts, functions: FunctionFacts): void {
    const unknown: Unknown = { is: 'unknown', cell };
    const called = facts.calls ? functions : undefined;
    for (const key of wrote) this.held.set(key, unknown);
    if (facts.wild || called?.wild) {
      for (const kind of ['variable', 'file', 'generator', 'process']) this.spoilKind(kind, unknown);
      return;
    }
    const touched = this.changeable(facts, called);
    for (const name of [...facts.binds, ...(called?.binds ?? []), ...touched]) {
      this.held.set(keyOf('variable', name), unknown);
    }
    if (facts.calls) this.spoilKind('generator', unknown);
    if (facts.writesFiles || called?.writesFiles) this.spoilKind('file', unknown);
    if (facts.changesProcess || called?.changesProcess) this.spoilKind('process', unknown);
  }

  private changeable(facts: SourceFacts, called: FunctionFacts | undefined): string[] {
    const reached = [...(facts.mutates ? facts.loads : []), ...(called?.mutates ? called.loads : [])];
    const held = reached.filter((name) => this.canChange(name));
    return [...this.timeline.sharedWith(held)].filter((name) => this.canChange(name));
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
