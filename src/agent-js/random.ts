/** `Math.random`, behind which most of TensorFlow.js's randomness stands. */
import { MATH_RANDOM, type Sources } from './sources';
import type { Generator } from './streams';
import { wrapped } from './wrapping';

export function installRandom(sources: Sources): void {
  const { enforces, reach } = sources;
  const counter = sources.log.counter(MATH_RANDOM, reach);
  let generator: Generator | undefined;
  Math.random = wrapped(Math.random, (original) => {
    const enforced = (): number => {
      counter.count(enforced);
      return (generator ??= sources.random).real();
    };
    const observed = (): number => {
      counter.count(observed);
      return original();
    };
    return enforces ? enforced : observed;
  });
}
