/** `Math.random`, behind which most of TensorFlow.js's randomness stands. */
import { MATH_RANDOM, type Sources } from './sources';

export function installRandom({ random: generator, log, enforces, reach }: Sources): void {
  const original = Math.random;
  const counter = log.counter(MATH_RANDOM, reach);
  function enforced(): number {
    counter.count(enforced);
    return generator.real();
  }
  function observed(): number {
    counter.count(observed);
    return original();
  }
  const random = enforces ? enforced : observed;
  Object.defineProperty(random, 'name', { value: 'random' });
  Math.random = random;
}
