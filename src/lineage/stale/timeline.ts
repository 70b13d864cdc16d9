/**
 * What the executions of one session did, in the order in which they ran: which version of each variable, file and
 * generator each one read, and which it left.
 */
import type { CellLine } from '../record';
import { isMisshapen } from '../shape';
import { Sharing } from './sharing';
import { factsOf } from './source';
import { surroundingsRead, surroundingsSet } from './surroundings';
import { ABSENT, AT_START, type Key, keyOf, nameOf, START, type Value, type Version } from './versions';

export type Executed = {
  /** Counts the session's kernels from 0. */
  kernel: number;
  /** Of its run. */
  seed: string;
  /** Streams of random numbers are each cell's own. */
  perCell: boolean;
  line: CellLine;
  source: string;
};

export type Execution = Executed & {
  /** Ordinal in the session. */
  at: number;
  cell: string;
  reads: ReadonlyMap<Key, Version>;
  writes: ReadonlyMap<Key, Version>;
  /** Of names that it may have written, or left as they were: what they held. */
  kept: ReadonlyMap<Key, Version>;
  /** Names that it changed in place, and all that shared with them when it did. */
  changed: ReadonlySet<string>;
  /** It used earlier outputs by IPython's names (`_`, `Out`): what they are depends on all that ran before. */
  usesHistory: boolean;
};

/** sha256 of a file as it is now; null where there is none; undefined where that cannot be told. */
export type LookAtFile = (path: string) => string | null | undefined;

/** Global generators of which the record has no states. */
const STATELESS = new Set(['tensorflow', 'keras', 'polars']);
const HISTORY = /^(_{1,3}|_\d+|_oh|Out)$/;
export class Timeline {
  readonly executions: Execution[] = [];
  /** What variables, generators and the process hold in the kernel that lives now. */
  private now = new Map<Key, Version>();
  private readonly files = new Map<Key, Version>();
  /** Files as a run from the top would find them. */
  private readonly found = new Map<Key, Version>();
  /** Files outside the root of which the record has no more than their last part. */
  private readonly nameless = new Set<Key>();
  private readonly newest = new Map<string, Execution>();
  private sharing = new Sharing();
  private outside = START;
  private kernel = 0;

  /** The last execution of a cell. */
  last(cell: string): Execution | undefined {
    return this.newest.get(cell);
  }

  /** A new, empty kernel. Files stay. */
  restart(): void {
    this.kernel += 1;
    this.now = new Map();
    this.sharing = new Sharing();
  }

  get kernels(): number {
    return this.kernel;
  }

  /** The cell ran without any code in it: nothing of it is shown any more. */
  forget(cell: string): void {
    this.newest.delete(cell);
  }

  add(executed: Executed): Execution {
    if (executed.kernel !== this.kernel) this.restart();
    const { line } = executed;
    const at = this.executions.length;
    const reads = this.readsOf(executed);
    const writes = this.writesOf(executed, at, reads);
    const usesHistory = line.notObserved.some((note) => HISTORY.test(note));
    const kept = this.keptBy(line);
    const changed = this.sharing.reach(line.mutated ?? []);
    const execution: Execution = {
      ...executed,
      at,
      cell: line.id,
      reads,
      writes,
      kept,
      changed,
      usesHistory,
    };
    for (const [key, version] of writes) (key.startsWith('file:') ? this.files : this.now).set(key, version);
    applySharing(this.sharing, line);
    for (const file of line.files) {
      if (file.outside && !file.path.includes('/')) this.nameless.add(fileKey(file));
    }
    this.executions.push(execution);
    this.newest.set(line.id, execution);
    return execution;
  }

  /** What variables, generators, the process and files hold now, as far as it is known. */
  get held(): ReadonlyMap<Key, Version> {
    return new Map([...this.now, ...this.files]);
  }

  /** By variable, the cell that left what it holds in the living kernel. */
  writers(): Record<string, string> {
    const found: [string, string][] = [];
    for (const [key, version] of this.now) {
      if (!key.startsWith('variable:') || version.is === 'absent' || version.cell === undefined) continue;
      found.push([key.slice('variable:'.length), version.cell]);
    }
    return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** What a run from the top finds there, before any cell has run. */
  atStart(key: Key): Version {
    if (key.startsWith('file:')) return this.found.get(key) ?? AT_START;
    return key.startsWith('variable:') ? ABSENT : AT_START;
  }

  /** Files that something else than the notebook's cells changed are from now on found as they are. */
  lookAtFiles(look: LookAtFile): void {
    for (const [key, version] of this.files) {
      if (this.nameless.has(key)) continue;
      const before = version.is === 'absent' ? null : version.digest;
      const now = look(key.slice('file:'.length));
      if (before === undefined || now === undefined || before === now) continue;
      this.changedOutside(key, now === null ? ABSENT : { is: 'value', by: this.nextOutside(), digest: now });
    }
  }

  private changedOutside(key: Key, version: Version): void {
    this.found.set(key, version);
    this.files.set(key, version);
  }

  private nextOutside(): number {
    this.outside -= 1;
    return this.outside;
  }

  private readsOf(executed: Executed): Map<Key, Version> {
    const { line } = executed;
    const reads = new Map<Key, Version>();
    for (const name of line.reads) {
      reads.set(keyOf('variable', name), this.variableRead(line, name));
    }
    for (const name of line.deletes) {
      const key = keyOf('variable', name);
      if (!reads.has(key)) reads.set(key, { ...this.current(key, START), whatever: true });
    }
    for (const name of line.missing ?? []) reads.set(keyOf('variable', name), ABSENT);
    if (readsAnything(line)) {
      for (const [key, version] of this.now)
        if (key.startsWith('variable:') && !reads.has(key)) reads.set(key, version);
    }
    for (const file of line.files) {
      if (file.mode === 'read') reads.set(fileKey(file), this.fileRead(file));
    }
    for (const [key, version] of surroundingsRead(executed, this.now, this.newest.get(line.id)))
      reads.set(key, version);
    this.readGenerators(executed, reads);
    return reads;
  }

  private variableRead(line: CellLine, name: string): Version {
    const known = this.now.get(keyOf('variable', name));
    const digest = line.readDigests[name];
    if (known?.is === 'value') {
      if (digest === undefined || digest === known.digest) return known;
      // Another value than any cell left: a thread or a callback was there.
      return { is: 'value', by: this.nextOutside(), digest };
    }
    return digest === undefined ? ABSENT : { is: 'value', by: this.nextOutside(), digest };
  }

  private fileRead(file: CellLine['files'][number]): Version {
    const { sha256, absent } = file;
    const key = fileKey(file);
    const known = this.files.get(key);
    if (known === undefined) {
      const version: Version = absent ? ABSENT : { ...AT_START, ...(sha256 ? { digest: sha256 } : {}) };
      this.found.set(key, version);
      this.files.set(key, version);
      return version;
    }
    if (
      absent
        ? known.is === 'absent'
        : known.is === 'value' && (!sha256 || !known.digest || known.digest === sha256)
    ) {
      return known;
    }
    const version: Version = absent
      ? ABSENT
      : { is: 'value', by: this.nextOutside(), ...(sha256 ? { digest: sha256 } : {}) };
    this.changedOutside(key, version);
    return version;
  }

  /** A global generator from which the cell drew before it seeded it itself. */
  private readGenerators(executed: Executed, reads: Map<Key, Version>): void {
    const { line } = executed;
    for (const source of drewFrom(executed)) {
      const key = keyOf('generator', source);
      const digest = line.rng.before[source];
      reads.set(key, { ...this.current(key, START), ...(digest === undefined ? {} : { digest }) });
    }
    for (const { source } of line.entropy) {
      const key = keyOf('generator', source);
      if (STATELESS.has(source)) reads.set(key, this.current(key, START));
    }
  }

  private current(key: Key, by: number): Value {
    const known = this.now.get(key);
    return known?.is === 'value' ? known : { is: 'value', by };
  }

  private keptBy(line: CellLine): Map<Key, Version> {
    return new Map(
      (line.kept ?? []).map((name) => {
        const key = keyOf('variable', name);
        return [key, this.now.get(key) ?? ABSENT];
      }),
    );
  }

  private writesOf(executed: Executed, at: number, reads: ReadonlyMap<Key, Version>): Map<Key, Version> {
    const { line, source } = executed;
    const cell = line.id;
    const writes = new Map<Key, Version>();
    const facts = factsOf(source);
    if (facts.mutates || facts.calls || facts.wild) {
      // Of what was not digested, or in parts only, nobody can say that it stayed as it was.
      for (const [key, version] of reads) {
        if (!key.startsWith('variable:') || version.is !== 'value' || version.fixed) continue;
        if (version.digest === undefined) writes.set(key, { is: 'value', by: at, cell, how: 'opaque' });
        else if (version.how === 'sampled' && (facts.mutates || facts.wild))
          writes.set(key, { ...version, by: at, cell });
      }
    }
    const kept = new Set(line.kept);
    for (const { name, digest, how, fixed } of line.writes) {
      if (kept.has(name)) continue;
      const version: Version = {
        is: 'value',
        by: at,
        cell,
        how,
        ...(digest ? { digest } : {}),
        ...(fixed ? { fixed } : {}),
      };
      writes.set(keyOf('variable', name), version);
    }
    for (const name of line.deletes) writes.set(keyOf('variable', name), ABSENT);
    for (const file of line.files) {
      const { mode, sha256, deleted, created, attribution } = file;
      if (mode !== 'write') continue;
      const key = fileKey(file);
      const digest = sha256 ? { digest: sha256 } : {};
      const known = this.files.get(key);
      const isByCell = known?.is === 'value' && known.cell === cell;
      if (known === undefined) {
        if (!this.found.has(key)) this.found.set(key, created ? ABSENT : AT_START);
      } else if (attribution === 'weak' && !created && !isByCell && !facts.writesFiles && !facts.wild) {
        // Only the file system saw it, and no word of the cell says that it writes: it may have been anyone. What read
        // the file before finds another one, and what reads it from now on may have it from this cell.
        if (known.is !== 'value' || known.digest === undefined || known.digest !== sha256)
          this.found.set(key, deleted ? ABSENT : { is: 'value', by: this.nextOutside(), ...digest });
      }
      writes.set(key, deleted ? ABSENT : { is: 'value', by: at, cell, ...digest });
    }
    for (const [key, digest] of surroundingsSet(executed, this.newest.get(cell)))
      writes.set(key, { is: 'value', by: at, cell, digest });
    this.writeGenerators(executed, at, writes);
    return writes;
  }

  private writeGenerators({ line, perCell }: Executed, at: number, writes: Map<Key, Version>): void {
    const { before, after } = line.rng;
    const seeded = new Set(line.entropy.flatMap(({ source, reach }) => (reach === 'seeded' ? [source] : [])));
    for (const [source, digest] of Object.entries(after)) {
      const key = keyOf('generator', source);
      if (before[source] === digest) {
        if (!this.now.has(key)) this.now.set(key, { ...AT_START, digest });
      } else if (before[source] === undefined && !moved(line, source)) {
        this.now.set(key, { ...AT_START, digest });
      } else if (!perCell || seeded.has(source)) {
        writes.set(key, { is: 'value', by: at, cell: line.id, digest });
      }
    }
    for (const { source } of line.entropy) {
      if (STATELESS.has(source))
        writes.set(keyOf('generator', source), { is: 'value', by: at, cell: line.id });
    }
  }
}

/** What an execution did to which names share. */
export function applySharing(sharing: Sharing, line: CellLine): void {
  const mutated = new Set([...(line.mutated ?? []), ...(line.kept ?? [])]);
  for (const name of line.deletes) sharing.bind(name, []);
  for (const { name } of line.writes) if (!mutated.has(name)) sharing.bind(name, []);
  for (const [name, others] of Object.entries(line.shares ?? {})) sharing.join(name, others);
}

/** Names in text that ran, or the namespace itself. */
/** Files of one name in two folders outside the root are two files. */
function fileKey({ path, place }: Pick<CellLine['files'][number], 'path' | 'place'>): Key {
  return keyOf('file', place === undefined ? path : `${path} (${place})`);
}

export function fileOf(key: Key): string {
  return nameOf(key).replace(/ \([0-9a-f]{16}\)$/, '');
}

export function readsAnything(line: CellLine): boolean {
  const { notObserved, faults } = line;
  return (
    isMisshapen(line) ||
    notObserved.some((note) => /\(\)$|^%|^names through /.test(note)) ||
    // Then nothing is known of what the cell read.
    faults.some((fault) => fault.startsWith('tracking variables'))
  );
}

function moved(line: CellLine, source: string): boolean {
  return line.rng.drew?.includes(source) === true || line.rng.seeded?.includes(source) === true;
}

function drewFrom({ line, perCell }: Executed): string[] {
  const drew = line.rng.drew ?? [];
  if (!perCell) return drew;
  const users = new Set(line.entropy.flatMap(({ source, reach }) => (reach === 'seeded' ? [source] : [])));
  return drew.filter((source) => users.has(source));
}
