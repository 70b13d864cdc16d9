import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRecord } from '../../src/lineage/read';
import type { ListedRun } from '../../src/lineage/runs';
import type { RunRecord } from '../../src/lineage/record';
import { Store } from '../../src/lineage/store';

export const REPRISE = path.resolve(__dirname, '../../bin/reprise');

/** The built agent. */
export const AGENT = path.resolve(__dirname, '../../dist/agent.pyz');

/** The Python that notebooks run with: it has ipykernel, NumPy and pandas. */
export const PYTHON = named('REPRISE_TEST_PYTHON');

/** A code cell's source, or a whole nbformat cell. */
export type Cell = string | Record<string, unknown>;

export type Ended = { code: number | null; signal: string | null; stdout: string; stderr: string };

export type Running = {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when stdout or stderr holds `text`; rejects when the command ends without it. */
  says(text: string): Promise<void>;
};

export type Spawning = {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** In a process group of its own, as a shell starts it. */
  group?: boolean;
};

/** A folder of its own with notebooks in it, and the command run on them. It is the root of what is recorded. */
export class Workplace {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'reprise-cli-')));
  readonly store = new Store(this.folder);

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** @returns the file's path */
  write(name: string, content: string | Uint8Array): string {
    const file = this.path(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  notebook(name: string, cells: readonly Cell[], metadata: Record<string, unknown> = {}): string {
    return this.write(name, notebookText(cells, metadata));
  }

  /** For what asks a cluster nothing. @returns the kubeconfig of one that does not answer */
  unreachableCluster(): string {
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'none', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'none', user: {} }],
      contexts: [{ name: 'none', context: { cluster: 'none', user: 'none', namespace: 'notebooks' } }],
      'current-context': 'none',
    };
    return this.write('elsewhere/kubeconfig', JSON.stringify(config));
  }

  start(args: readonly string[], { env, cwd = this.folder, group = false }: Spawning = {}): Running {
    const child = spawn(REPRISE, args, {
      cwd,
      env: { ...process.env, VIRTUAL_ENV: undefined, CONDA_PREFIX: undefined, ...env },
      detached: group,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const heard = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        heard[name] += text;
        child.emit('heard');
      });
    }
    const ended = new Promise<Ended>((settle, fail) => {
      child.once('error', fail);
      child.once('close', (code, signal) => settle({ code, signal, ...heard }));
    });
    const says = (text: string): Promise<void> =>
      new Promise((found, missed) => {
        const look = (): void => {
          if ((heard.stdout + heard.stderr).includes(text)) found();
        };
        look();
        child.on('heard', look);
        child.once('close', () =>
          missed(new Error(`It ended without saying "${text}":\n${heard.stdout}\n${heard.stderr}`)),
        );
      });
    return { child, ended, says };
  }

  reprise(...args: string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  /** `run`, `verify` and `replay` with the Python of the tests. */
  execute(command: 'run' | 'verify' | 'replay', what: string, ...args: string[]): Promise<Ended> {
    return this.reprise(command, what, '--python', PYTHON, ...args);
  }

  async runs(): Promise<ListedRun[]> {
    const { stdout } = await this.reprise('runs', '--format', 'json');
    return (JSON.parse(stdout) as { runs: ListedRun[] }).runs;
  }

  /** The record of a run; without an id, of the newest. */
  record(run: string = this.store.runIds()[0]!): RunRecord {
    return readRecord(this.store.recordPath(run));
  }

  /** Processes that belong to this folder, by command line or working folder. Linux only. */
  processes(): string[] {
    const found: string[] = [];
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const ours =
          readlinkSync(`/proc/${pid}/cwd`).startsWith(this.folder) || command.includes(this.folder);
        if (ours && command !== '') found.push(`${pid} ${command}`);
      } catch {
        // It ended meanwhile, or is another user's.
      }
    }
    return found;
  }

  /** What is still running after at most `ms`: none, when nothing was left behind. */
  async leftBehind(ms = 10_000): Promise<string[]> {
    for (const deadline = Date.now() + ms; Date.now() < deadline; await sleep(100)) {
      if (this.processes().length === 0) return [];
    }
    return this.processes();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** nbformat 4.5 text with ids `c0`, `c1` …, and no outputs. */
export function notebookText(cells: readonly Cell[], metadata: Record<string, unknown> = {}): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' }, ...metadata },
    cells: cells.map((cell, index) => ({
      cell_type: 'code',
      id: `c${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      ...(typeof cell === 'string' ? { source: cell } : cell),
    })),
  });
}

/** The first line of a stack trace in what a command said; undefined where there is none, as there should be. */
export function stackTrace({ stdout, stderr }: Ended): string | undefined {
  return /^ +at .*:\d+:\d+\)?$|^Traceback \(most recent call last\)|This is a defect/m.exec(
    stdout + stderr,
  )?.[0];
}

export async function until(what: string, holds: () => boolean, ms = 30_000): Promise<void> {
  for (const deadline = Date.now() + ms; !holds(); await sleep(50)) {
    if (Date.now() > deadline) throw new Error(`Waited ${ms} ms in vain until ${what}.`);
  }
}

function named(variable: string): string {
  const value = process.env[variable];
  if (!value) throw new Error(`${variable} is not set; npm test sets it.`);
  return value;
}
