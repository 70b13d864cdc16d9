import { type Command, InvalidArgumentError, Option } from 'commander';
import { join, resolve } from 'node:path';
import { Failure } from '../notebook/failure';
import { POLICIES, type Policy } from '../determinism/policy';
import { findRoot } from '../notebook/root';
import { STREAM_SCOPES, type StreamScope } from '../notebook/sidecar';
import { settleAgent } from '../kernel/kernelspec';
import { Store } from '../lineage/store';
import type { Context } from '../replay/execution/context';
import { plainName } from '../git/words';
import { recover } from '../replay/execution/putback';
import type { Plan, RunOptions } from '../replay/execution/plan';
import { type ClusterFlags, clusterOptions } from './cluster/options';
import { ProgressLines } from './progress';
import { Terminal } from './terminal';

/** Options that run, verify and replay share (contracts, "Commands"). */
export type ExecuteFlags = OutputFlags &
  ClusterFlags & {
    /** False with `--no-snapshot`. */
    snapshot?: boolean;
    policy?: Policy;
    seed?: 'fresh' | bigint;
    python?: string;
    allowErrors?: boolean;
    timeout?: number;
    strict?: boolean;
    audit?: 'deep';
    portable?: boolean;
    enforceOsEntropy?: boolean;
    rng?: StreamScope;
    /** False with `--no-ledger`. */
    ledger?: boolean;
    recordIndices?: boolean;
  };

export type OutputFlags = { format: 'text' | 'json'; progress: 'text' | 'ndjson' | 'none'; color?: boolean };

export function outputOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'text for people, or one JSON document')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(progressOption())
    .option('--no-color', 'no colour and no redrawing');
}

export function progressOption(): Option {
  return new Option('--progress <kind>', 'progress on stderr as one JSON object a line')
    .choices(['text', 'ndjson', 'none'])
    .default('text');
}

export function executeOptions(command: Command): Command {
  return clusterOptions(outputOptions(command))
    .addOption(new Option('--policy <policy>', 'what is enforced').choices([...POLICIES]))
    .addOption(new Option('--seed <seed>', 'fresh entropy for the run, or an integer').argParser(parseSeed))
    .option('--python <path>', 'the Python to run with')
    .option('--allow-errors', 'go on past cells that raise')
    .option('--no-ledger', 'record no batches, losses and weights of training')
    .option('--record-indices', 'record which samples each batch of training holds (see: reprise batch)')
    .addOption(new Option('--timeout <seconds>', 'how long a cell may run').argParser(positive))
    .addOption(
      new Option('--target <target>', 'where to run').choices(['local', 'kubernetes']).default('local'),
    );
}

/** What a run takes from outside, and what it cannot make repeat. */
export function enforceOptions(command: Command): Command {
  return command
    .addOption(rngOption())
    .option('--enforce-os-entropy', "replace what the notebook's own code takes from the operating system")
    .option('--strict', 'raise where an operation has no deterministic form')
    .addOption(auditOption())
    .addOption(portableOption());
}

export function portableOption(): Option {
  return new Option(
    '--portable',
    'with policy full: results that other x86-64 processors give too, where the libraries can (AVX2, one thread: slower)',
  );
}

export function auditOption(): Option {
  return new Option(
    '--audit <depth>',
    'digest what every torch and TensorFlow operation takes and gives, so that explain names the first that differs (many times slower)',
  ).choices(['deep']);
}

export function rngOption(): Option {
  return new Option(
    '--rng <scope>',
    'random streams that go on through the session, or one per cell',
  ).choices([...STREAM_SCOPES]);
}

export function runOptionsOf(flags: ExecuteFlags): RunOptions {
  if (flags.target === 'kubernetes' && flags.python !== undefined) {
    throw new Failure(
      'usage',
      'no-target',
      '--python names a Python of this machine; on a cluster the image has it.',
    );
  }
  const { policy, seed, python, allowErrors, timeout, strict, audit, portable, enforceOsEntropy, rng } =
    flags;
  const ledger = ledgerOf(flags);
  const asked = { audit, portable, enforceOsEntropy, rng, ledger };
  return { policy, seed, python, allowErrors, timeout, strict, ...asked };
}

/** @throws Failure `which-ledger` */
function ledgerOf({ ledger, recordIndices }: ExecuteFlags): RunOptions['ledger'] {
  if (ledger === false && recordIndices) {
    throw new Failure(
      'usage',
      'which-ledger',
      '--record-indices adds to what --no-ledger leaves out: give one of them.',
    );
  }
  if (ledger === false) return 'off';
  return recordIndices ? 'indices' : undefined;
}

export function parseSeed(text: string): 'fresh' | bigint {
  if (text === 'fresh') return text;
  if (/^-?\d+$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError('It is "fresh" or an integer.');
}

export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It is a number above 0.');
  return value;
}

export function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It is a whole number from 1 on.');
  return value;
}

export function terminalOf(flags: OutputFlags & { dryRun?: boolean }): Terminal {
  return new Terminal(flags.format, flags.progress, flags);
}

/** @throws Failure `bad-image` */
export function imageOf(image: string): string {
  if (/^[\w.\-/:]+@sha256:[0-9a-f]{64}$/.test(image)) return image;
  throw new Failure(
    'usage',
    'bad-image',
    `${image} names no image for good: a tag is moved to another one. Give its digest: name@sha256:…`,
  );
}

/** The agent that is built beside this bundle. */
export function agentPath(): string {
  return join(__dirname, 'agent.pyz');
}

/** The hashed requirements of the pinned uv. */
export function uvLockPath(): string {
  return join(__dirname, 'uv.lock');
}

/** The agent that a run uses: a copy that no build or update replaces under a kernel's feet, where one can be made. */
export function runningAgent(): string {
  try {
    return settleAgent(agentPath());
  } catch {
    return agentPath();
  }
}

/** The store of the current folder, for commands that are given a run id or nothing. */
export function storeHere(terminal: Terminal): Store {
  return storeOf('notebook.ipynb', terminal);
}

/** The store of a notebook's root, with the files in place that a killed replay kept. */
export function storeOf(notebook: string, terminal: Terminal): Store {
  const store = new Store(findRoot(resolve(notebook)));
  recover(store, recoveryTold(terminal));
  return store;
}

/** Context of one execution: progress to the terminal, Ctrl-C to the kernel; elsewhere than here it goes on. */
export function contextOf(
  terminal: Terminal,
  signal: AbortSignal,
  { target, detach = false }: Pick<Context, 'target' | 'detach'> = {},
): Context {
  const lines = new ProgressLines(terminal);
  return {
    agent: runningAgent(),
    uvLock: uvLockPath(),
    onNotice: (notice) => terminal.tell(terminal.dim(notice)),
    signal,
    onEvent: (event) => lines.show(event),
    onDocument: (document) => lines.label(document),
    ...recoveryTold(terminal),
    ...(target ? { target, detach } : {}),
  };
}

/** Under what a notebook is about to run. */
export function tellPlan(terminal: Terminal, { notebook, policy, seed, rng }: Plan, against?: string): void {
  const entropy = seed.from === 'fresh' ? 'fresh entropy, recorded' : 'fixed seed';
  const streams = rng === 'per-cell' && policy !== 'observe' ? ', streams per cell' : '';
  const how =
    against === 'seal' ? 'policy and entropy of its seal' : `policy ${policy}, ${entropy}${streams}`;
  terminal.tell(`${terminal.bold(notebook)}  ${terminal.dim(how)}`);
}

/** What is said when files that a killed replay kept are put back, and when they cannot be. */
export function recoveryTold(terminal: Terminal): Pick<Context, 'onRecovered' | 'onWarning'> {
  return {
    onRecovered: (paths, aside) => {
      const back = ` before it could put files back; they are back now: ${paths.map(plainName).join(', ')}`;
      const moved = `. What lay where it writes, your own files since then too, is in ${aside.join(', ')}`;
      terminal.tell(
        `A replay was killed here${paths.length > 0 ? back : ''}${aside.length > 0 ? moved : ''}.`,
      );
    },
    onWarning: (warning) => terminal.warn(warning),
  };
}
