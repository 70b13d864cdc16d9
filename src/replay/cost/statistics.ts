/** Medians and ranges of a few timings, and when two of them differ by more than their own spread. */
export type Spread = { median: number; min: number; max: number; runs: number[] };

/** Below this many runs each, two ranges that stand apart say nothing. */
export const FEWEST = 3;

/** @param runs at least one, in the order in which they were measured */
export function spreadOf(runs: readonly number[]): Spread {
  const sorted = [...runs].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted.at(-1)!, runs: [...runs] };
}

/** Do the ranges stand apart: is each run of one slower than every run of the other? Else it is within the noise. */
export function standApart(a: Spread, b: Spread): boolean {
  if (Math.min(a.runs.length, b.runs.length) < FEWEST) return false;
  return a.min > b.max || b.min > a.max;
}

/** In how many comparisons of two times `n` runs that do not differ the ranges stand apart once by chance: C(2n, n) / 2. */
export function onceIn(n: number): number {
  let ways = 1;
  for (let i = 1; i <= n; i++) ways = (ways * (n + i)) / i;
  return Math.round(ways / 2);
}

/** So that each variant comes first, second … equally often: the machine's own drift falls on all alike. */
export function rotated<T>(items: readonly T[], by: number): T[] {
  const from = by % items.length;
  return [...items.slice(from), ...items.slice(0, from)];
}
