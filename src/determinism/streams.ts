import { createHash, createHmac, randomBytes } from 'node:crypto';

/** 128 bits from the operating system, as lower-case hexadecimal: the entropy of a `fresh` run. */
export function drawEntropy(): string {
  return randomBytes(16).toString('hex');
}

/** The `value` of a fixed seed: the integer in lower-case hexadecimal, `-` in front when negative. */
export function seedValue(seed: number | bigint): string {
  return BigInt(seed).toString(16);
}

/**
 * `PYTHONHASHSEED` for a run: the first four bytes, big endian, of the stream `("hashseed")`.
 * The agent derives the same number (`reprise_agent/streams.py`).
 */
export function hashSeed(value: string): string {
  const key = createHash('sha256').update(`reprise/entropy/1\0${value}`).digest();
  return String(createHmac('sha256', key).update('reprise/stream/1\0hashseed').digest().readUInt32BE(0));
}
