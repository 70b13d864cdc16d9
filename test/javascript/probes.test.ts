/** Each source of randomness, in processes of their own, on three versions of Node and both packages. */
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Enforced, type NodeVersion, runNode } from './support';

const PROBES = path.join(__dirname, 'probes.cjs');
const CPU = '@tensorflow/tfjs-node';
const GPU = '@tensorflow/tfjs-node-gpu';
/** Taken from what a user seeded. */
const BY_USER = ['seeded, but for the shuffle of fit'];
const OF_THE_SYSTEM = /^crypto\./;

type Digests = Record<string, string>;

async function probe(version: NodeVersion, tfjs: string, enforced?: Enforced): Promise<Digests> {
  return JSON.parse(await runNode(version, [PROBES, tfjs], enforced)) as Digests;
}

const without = (digests: Digests): Digests =>
  Object.fromEntries(Object.entries(digests).filter(([name]) => !OF_THE_SYSTEM.test(name)));

const WITH_SEED = { seed: 'abc', osEntropy: 'enforce' } as const;
let seeded: Digests;
beforeAll(async () => {
  seeded = await probe(20, CPU, WITH_SEED);
});

describe('with one seed', () => {
  it('gives the same everywhere', async () => {
    expect(Object.keys(seeded)).toHaveLength(27);
    expect(await probe(22, CPU, WITH_SEED)).toEqual(seeded);
    expect(await probe(24, CPU, WITH_SEED)).toEqual(seeded);
    expect(await probe(20, GPU, WITH_SEED)).toEqual(seeded);
  });

  it('leaves the cryptographic generators alone unless it is told otherwise', async () => {
    const [first, second] = [await probe(20, CPU, { seed: 'abc' }), await probe(20, CPU, { seed: 'abc' })];
    expect(without(second)).toEqual(without(first));
    const same = Object.keys(first).filter((name) => first[name] === second[name]);
    expect(same.filter((name) => OF_THE_SYSTEM.test(name))).toEqual([]);
  });
});

it('gives others with another seed, and without one', async () => {
  const all = [
    seeded,
    await probe(20, CPU, { seed: 'abd', osEntropy: 'enforce' }),
    await probe(20, CPU),
    await probe(20, CPU, { seed: 'abc', policy: 'observe' }),
  ];
  const same = Object.keys(all[0]!).filter(
    (name) => new Set(all.map((each) => each[name])).size < all.length,
  );
  expect(same.filter((name) => !BY_USER.includes(name))).toEqual([]);
});
