/** Entropy of the operating system that is replaced: filled as Node fills it, refused as Node refuses it, and the same again. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { NODES, type NodeVersion, runNode } from './support';

type Found = { refused: unknown[]; words: number[]; bytes: number[]; drawn: unknown[] };

const SCRIPT = path.join(__dirname, 'entropy.cjs');
const ENFORCED = { seed: 'abc', osEntropy: 'enforce' } as const;

async function found(version: NodeVersion, enforced?: typeof ENFORCED): Promise<Found> {
  return JSON.parse(await runNode(version, [SCRIPT], enforced)) as Found;
}

it.each(Object.keys(NODES).map(Number) as NodeVersion[])('on Node %i', async (version) => {
  const plain = await found(version);
  const first = await found(version, ENFORCED);
  expect(await found(version, ENFORCED)).toEqual(first);
  expect(first.refused).toEqual(plain.refused);
  expect(plain.refused.every((code) => typeof code === 'string')).toBe(true);
  for (const { words, bytes, drawn } of [plain, first]) {
    expect(words.map((word) => word !== 0)).toEqual([false, true, true, false, false, false]);
    expect([...bytes.slice(0, 2), ...bytes.slice(8)]).toEqual([0, 0, 0]);
    expect(bytes.slice(2, 8).some((byte) => byte !== 0)).toBe(true);
    expect(drawn[2]).toBe(5);
  }
  expect([first.words, first.bytes, first.drawn]).not.toEqual([plain.words, plain.bytes, plain.drawn]);
});
