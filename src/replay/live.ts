/** What a live kernel of a notebook is started with, whoever starts it. */
import { availableParallelism } from 'node:os';
import type { Drift } from '../environment/fingerprint';
import { agentSettings, kernelEnvironment } from '../determinism/policy';
import type { RecordHeader } from '../lineage/record';
import type { Settings } from './plan';

/** Live values are digested within this time a cell; headless runs digest all of them. */
const VALUE_BUDGET_MS = 50;

export type LiveKernel = {
  /** The agent's configuration, without the place of the record. */
  config: Record<string, unknown>;
  /** Variables that must exist before the interpreter does. */
  environment: Record<string, string>;
};

/**
 * Fresh entropy is drawn when a kernel starts, and its hash seed with it: the agent restarts itself once.
 * @param pin as the record is to name it; undefined where the kernel runs without one
 */
export function liveKernel(
  { policy, seed, entropy, rng }: Omit<Settings, 'sidecar'>,
  pin: RecordHeader['pin'],
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
      ...(pin ? { header: { pin } } : {}),
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
