/** Which variables reach the same objects: what is changed in place under one name changes under all of them. */
export class Sharing {
  private readonly others = new Map<string, Set<string>>();

  /** A name is bound anew: it shares what the new value does. */
  bind(name: string, others: readonly string[]): void {
    for (const other of this.others.get(name) ?? []) this.others.get(other)?.delete(name);
    this.others.delete(name);
    this.join(name, others);
  }

  join(name: string, others: readonly string[]): void {
    for (const other of others) {
      this.of(name).add(other);
      this.of(other).add(name);
    }
  }

  /** These names and all that share with them. */
  reach(names: Iterable<string>): Set<string> {
    const found = new Set(names);
    for (const name of found) for (const other of this.others.get(name) ?? []) found.add(other);
    return found;
  }

  private of(name: string): Set<string> {
    const known = this.others.get(name) ?? new Set<string>();
    this.others.set(name, known);
    return known;
  }
}
