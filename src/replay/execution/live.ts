/** What a live kernel of a notebook is started with, whoever starts it. */
import { availableParallelism } from 'node:os';
import type { Drift } from '../../environment/fingerprint';
import { type JavaScriptKernel, recordedKernel } from '../../environment/npm/kernel';
import { agentSettings, kernelEnvironment } from '../../determinism/policy';
import type { RecordHeader } from '../../lineage/record';
import type { Settings } from './plan';

/** Live values are digested within this time a cell; headless runs digest all of them. */
const VALUE_BUDGET_MS = 50;

/** What it runs in. */
export type LiveBasis = {
  /** As the record is to name it; absent where the kernel runs without one. */
  pin?: RecordHeader['pin'];
  /** Of a notebook that is not in Python. */
  javascript?: JavaScriptKernel | undefined;
};

export type LiveKernel = {
  /** The agent's configuration, without the place of the record. */
  config: Record<string, unknown>;
  /** Variables that must exist before the interpreter does. */
  environment: Record<string, string>;
};

/**
 * Fresh entropy is drawn when a kernel starts, and its hash seed with it: the agent restarts itself once.
 */
export function liveKernel(
  { policy, seed, entropy, rng }: Omit<Settings, 'sidecar'>,
  { pin, javascript }: LiveBasis,
): LiveKernel {
  const fresh = seed.from === 'fresh';
  const given = { given: process.env, cores: availableParallelism() };
  const environment = kernelEnvironment(policy, seed.value, given);
  if (fresh) delete environment.PYTHONHASHSEED;
  return {
    environment,
    config: {
      schema: 'reprise/agent/1',
      policy,
      settings: agentSettings(policy),
      seed: fresh ? { value: null, from: 'fresh' } : seed,
      entropy,
      rng,
      strict: false,
      valueBudgetMs: VALUE_BUDGET_MS,
      ...(javascript ? { javascript } : {}),
      header: {
        ...(pin ? { pin } : {}),
        ...(javascript ? { javascript: recordedKernel(javascript) } : {}),
      },
    },
  };
}

/** A sidecar's pin, as a record names it. */
export function recordedPin(
  { sidecar }: Pick<Settings, 'sidecar'>,
  edits: Drift[] = [],
): RecordHeader['pin'] {
  if (!sidecar?.pin) return undefined;
  const { lock, sha256 } = sidecar.pin;
  return { lock, sha256, ...(edits.length > 0 ? { edits } : {}) };
}
