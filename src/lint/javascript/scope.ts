/** What names stand for, in blocks and functions within each other. */
import { UNKNOWN, type Value } from './values';

type Names = ReadonlyMap<Scope, ReadonlyMap<string, Value>>;

export class Scope {
  private readonly names = new Map<string, Value>();
  /** In their order, one list for all scopes of a program. */
  private readonly changes: { scope: Scope; name: string; before: Value | undefined }[];

  /** @param isFunction whether `var` is declared here */
  constructor(
    readonly parent?: Scope,
    private readonly isFunction = true,
  ) {
    this.changes = parent?.changes ?? [];
  }

  get(name: string): Value | undefined {
    return this.names.get(name) ?? this.parent?.get(name);
  }

  declare(name: string, value: Value): void {
    this.changes.push({ scope: this, name, before: this.names.get(name) });
    this.names.set(name, value);
  }

  assign(name: string, value: Value): void {
    if (this.names.has(name) || !this.parent) this.declare(name, value);
    else this.parent.assign(name, value);
  }

  /** Where `var` and functions of a block go. */
  ofFunction(): Scope {
    return this.isFunction || !this.parent ? this : this.parent.ofFunction();
  }

  /**
   * Goes several ways from here. What they do not agree on is not known then, and a library that one of them imports is
   * there.
   * @param mayPass whether none of them need be taken
   */
  ways(ways: readonly (() => void)[], mayPass: boolean): void {
    const mark = this.changes.length;
    const after = ways.map((way): Names => {
      way();
      return this.takeBack(mark);
    });
    if (mayPass) after.push(new Map());
    const scopes = new Set(after.flatMap((names) => [...names.keys()]));
    for (const scope of scopes) {
      const changed = new Set(after.flatMap((names) => [...(names.get(scope)?.keys() ?? [])]));
      for (const name of changed) {
        const values = after.flatMap((names) => names.get(scope)?.get(name) ?? scope.names.get(name) ?? []);
        scope.declare(name, joined(values));
      }
    }
  }

  /** @returns what names stood for before it was taken back */
  private takeBack(mark: number): Names {
    const were = new Map<Scope, Map<string, Value>>();
    for (const { scope, name, before } of this.changes.splice(mark).reverse()) {
      const names = were.get(scope) ?? new Map<string, Value>();
      were.set(scope, names);
      if (!names.has(name)) names.set(name, scope.names.get(name)!);
      if (before === undefined) scope.names.delete(name);
      else scope.names.set(name, before);
    }
    return were;
  }
}

function joined(values: readonly Value[]): Value {
  const [first = UNKNOWN] = values;
  if (values.every((value) => sameValue(value, first))) return first;
  return values.find(({ kind }) => kind === 'api') ?? UNKNOWN;
}

/** As far as rules could tell them apart. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.kind === 'constant' && b.kind === 'constant') return a.value === b.value;
  if (a.kind === 'api' || a.kind === 'instance') return a.kind === b.kind && a.path === b.path;
  return a.kind === 'unknown' && b.kind === 'unknown';
}
