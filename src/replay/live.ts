/** What a live kernel of a notebook is started with, whoever starts it. */
import { availableParallelism } from 'node:os';
import { kernelEnvironment } from '../determinism/policy';
import type { Settings } from './plan';

/** Live values are digested within this time a cell; headless runs digest all of them. */
const VALUE_BUDGET_MS = 50;

export type LiveKernel = {
  /** The agent's configuration, without the place of the record. */
  config: Record<string, unknown>;
  /** Variables that must exist before the interpreter does. */
  environment: Record<string, string>;
};

/** Fresh entropy is drawn when a kernel starts, and its hash seed with it: the agent restarts itself once. */
export function liveKernel({ policy, seed, entropy, rng, sidecar }: Settings): LiveKernel {
  const fresh = seed.from === 'fresh';
  const given = { given: process.env, cores: availableParallelism() };
  const environment = kernelEnvironment(policy, seed.value, given);
  if (fresh) delete environment.PYTHONHASHSEED;
  const pin = sidecar?.pin;
  return {
    environment,
    config: {
      schema: 'reprise/agent/1',
      policy,
      seed: fresh ? { value: null, from: 'fresh' } : seed,
      entropy,
      rng,
      strict: false,
      valueBudgetMs: VALUE_BUDGET_MS,
      ...(pin ? { header: { pin: { lock: pin.lock, sha256: pin.sha256 } } } : {}),
    },
  };
}
