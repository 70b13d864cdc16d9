/** What each execution of a run used and made, by version: what every export of a run is drawn from. */
import type { CellLine, DataRead, RecordedFile, RunRecord } from '../lineage/record';
import type { Judgement } from '../replay/documents';

/** What is exported. `title`: a line that a person knows a cell by; '' where its source was not kept. */
export type Exchanged = { record: RunRecord; judgement?: Judgement; title: (cell: CellLine) => string };

/** One state of a variable, a file, or data from elsewhere. */
export type Version = {
  /** Unlike every other of the run: `variable_3`. */
  key: string;
  kind: 'variable' | 'file' | 'data';
  name: string;
  /** Which state of this name it is, from 1. */
  number: number;
  /** sha256 of the value or of the content; absent where it was not taken. */
  digest?: string;
  /** Of a variable: its class. */
  type?: string;
  /** Of a file: in bytes. */
  size?: number;
  /** Of a file: it does not lie below the root. */
  outside?: boolean;
  /** Of data: what a server, a database or a tool said of it. */
  read?: DataRead;
};

/** `seq`: which execution of the run, from 0. */
export type Execution = { seq: number; line: CellLine; used: Version[]; made: Version[] };

export type Provenance = {
  executions: Execution[];
  versions: Version[];
  /** Files that were there before the cell that read them, and that no cell had written; data from elsewhere. */
  inputs: Version[];
  /** Files as the run left them. */
  outputs: Version[];
};

export function provenanceOf(record: RunRecord): Provenance {
  const states = new States();
  const executions = record.cells.map((line, seq) => {
    const used = [...usedVariables(line, states), ...usedFiles(line, states), ...usedData(line, states)];
    return { seq, line, used, made: [...madeVariables(line, states), ...madeFiles(line, states)] };
  });
  const made = new Set(executions.flatMap((execution) => execution.made));
  const files = states.all.filter(({ kind }) => kind === 'file');
  return {
    executions,
    versions: states.all,
    inputs: [...files.filter((file) => !made.has(file)), ...states.all.filter(isFromElsewhere)],
    outputs: files.filter((file) => made.has(file) && states.current('file', file.name) === file),
  };
}

function isFromElsewhere({ read }: Version): boolean {
  return read !== undefined && read.own !== true;
}

/** The state of every name as the run goes on. */
class States {
  readonly all: Version[] = [];
  private readonly latest = new Map<string, Version>();
  private readonly counts = new Map<string, number>();

  current(kind: Version['kind'], name: string): Version | undefined {
    return this.latest.get(`${kind} ${name}`);
  }

  add(kind: Version['kind'], name: string, about: Partial<Version>): Version {
    const id = `${kind} ${name}`;
    const number = (this.counts.get(id) ?? 0) + 1;
    const version = { ...about, key: `${kind}_${this.all.length}`, kind, name, number };
    this.counts.set(id, number);
    this.latest.set(id, version);
    this.all.push(version);
    return version;
  }

  /** The state that was found with this digest: another one than the last was made where nobody looked. */
  found(kind: Version['kind'], name: string, digest: string | undefined, about: Partial<Version>): Version {
    const last = this.current(kind, name);
    const isLast = last !== undefined && [last.digest, undefined].includes(digest);
    return isLast ? last : this.add(kind, name, { ...about, ...withDigest(digest) });
  }

  /** A read of the same version is one of the same state. */
  read(read: DataRead): Version {
    const { name, query } = read;
    const said = JSON.stringify(read);
    const known = this.all.find(
      (version) => version.read !== undefined && JSON.stringify(version.read) === said,
    );
    return known ?? this.add('data', query === undefined ? name : `${name}: ${query}`, { read });
  }

  drop(kind: Version['kind'], name: string): void {
    this.latest.delete(`${kind} ${name}`);
  }
}

function usedVariables({ reads, readDigests }: CellLine, states: States): Version[] {
  // A name that no cell wrote and that has no value is a built-in, or was missing.
  const known = reads.filter((name) => states.current('variable', name) !== undefined || name in readDigests);
  return known.map((name) => {
    const last = states.current('variable', name);
    const digest = last?.digest === undefined && last !== undefined ? undefined : readDigests[name];
    return states.found('variable', name, digest, {});
  });
}

function madeVariables({ writes, deletes }: CellLine, states: States): Version[] {
  for (const name of deletes) states.drop('variable', name);
  return writes.map(({ name, digest, type }) =>
    states.add('variable', name, { ...withDigest(digest), ...(type === undefined ? {} : { type }) }),
  );
}

function usedFiles({ files }: CellLine, states: States): Version[] {
  const reads = files.filter(({ mode }) => mode === 'read');
  return reads.flatMap((file) => {
    const last = states.current('file', file.path);
    const isOwn = files.some(
      ({ mode, path, sha256 }) => mode === 'write' && path === file.path && sha256 === file.sha256,
    );
    if (isOwn && last?.digest !== file.sha256) return [];
    return states.found('file', file.path, file.sha256, aboutFile(file));
  });
}

/** What DVC tracks is a file, and told of as one. */
function usedData({ data = [] }: CellLine, states: States): Version[] {
  return data.filter(({ kind }) => kind !== 'dvc').map((read) => states.read(read));
}

function madeFiles({ files }: CellLine, states: States): Version[] {
  return files
    .filter(({ mode }) => mode === 'write')
    .flatMap((file) => {
      if (file.deleted !== true)
        return states.add('file', file.path, { ...aboutFile(file), ...withDigest(file.sha256) });
      states.drop('file', file.path);
      return [];
    });
}

function aboutFile({ size, outside }: RecordedFile): Partial<Version> {
  return { ...(size === undefined ? {} : { size }), ...(outside === true ? { outside } : {}) };
}

function withDigest(digest: string | undefined): { digest?: string } {
  return digest === undefined ? {} : { digest };
}

/** When an execution came to its end: ISO 8601, UTC. */
export function endedAt({ startedAt, durationMs }: CellLine): string {
  const end = Date.parse(startedAt) + durationMs;
  return Number.isFinite(end) ? new Date(end).toISOString() : startedAt;
}

/** When the run came to its end, so far as its record says. */
export function runEndedAt({ header, cells, summary }: RunRecord): string {
  const last = cells.at(-1);
  return summary?.endedAt ?? (last === undefined ? header.startedAt : endedAt(last));
}
