/** `Math.random`, behind which most of TensorFlow.js's randomness stands. */
import { MATH_RANDOM, type Sources } from './sources';
import { wrapped } from './wrapping';

export function installRandom({ random: generator, log, enforces, reach }: Sources): void {
  const counter = log.counter(MATH_RANDOM, reach);
  Math.random = wrapped(Math.random, (original) => {
    const enforced = (): number => {
      counter.count(enforced);
      return generator.real();
    };
    const observed = (): number => {
      counter.count(observed);
      return original();
    };
    return enforces ? enforced : observed;
  });
}
