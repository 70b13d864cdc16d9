/** Each framework under each policy, in five fresh processes: how many different results there are. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterAll, describe, expect, it } from 'vitest';
import type { Policy } from '../../src/determinism/policy';
import { different, type Digests, type Framework, FRAMEWORKS, Matrix } from '../frameworks/support';

const TIMES = 5;
const SEED = '20261126';
const PACKAGES =
  /^(scikit-learn|numpy|xgboost|xgboost-cpu|lightgbm|jax|jaxlib|torch|tensorflow|tensorflow-cpu|keras)$/;

type Entropy = 'drawn anew' | 'fresh, replayed' | 'fixed seed';
type Row = { framework: Framework; policy: Policy; entropy: Entropy; runs: number; different: number };

const place = new Matrix();
const rows: Row[] = [];
let machine: Record<string, unknown> = {};
afterAll(() => {
  place.remove();
  const file = process.env.REPRISE_DEEP_RESULTS;
  if (file !== undefined) writeFileSync(file, JSON.stringify({ machine, rows }));
});

describe.each(FRAMEWORKS)('%s', (framework) => {
  it('differs from run to run under observe', async () => {
    expect(await measured('observe', 'drawn anew')).toBeGreaterThan(1);
  });

  it('is measured under close', async () => {
    for (const entropy of ['fresh, replayed', 'fixed seed'] as const)
      expect(await measured('close', entropy)).toBeGreaterThan(0);
  });

  it.each(['fresh, replayed', 'fixed seed'] as const)('has one result under full: %s', async (entropy) => {
    expect(await measured('full', entropy)).toBe(1);
  });

  async function measured(policy: Policy, entropy: Entropy): Promise<number> {
    const digests = await (entropy === 'fresh, replayed' ? replayed(policy) : runs(policy, entropy));
    rows.push({ framework, policy, entropy, runs: digests.length, different: different(digests) });
    return different(digests);
  }

  async function replayed(policy: Policy): Promise<Digests[]> {
    const original = await place.run(framework, '--policy', policy);
    const replays = await inTurn(TIMES - 1, () => place.replay(original.run));
    const { environment } = place.record(original.run).header;
    const packages = Object.entries(environment.packages).filter(([name]) => PACKAGES.test(name));
    machine = {
      cpu: environment.cpu.model,
      cores: availableParallelism(),
      packages: Object.fromEntries(packages),
    };
    return [original, ...replays].map(({ digests }) => digests);
  }

  async function runs(policy: Policy, entropy: Entropy): Promise<Digests[]> {
    const seed = entropy === 'fixed seed' ? ['--seed', SEED] : [];
    const found = await inTurn(TIMES, () => place.run(framework, '--policy', policy, ...seed));
    return found.map(({ digests }) => digests);
  }
});

/** One after the other, so that a small machine is not what makes runs differ. */
async function inTurn<T>(times: number, once: () => Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (let time = 0; time < times; time++) found.push(await once());
  return found;
}
