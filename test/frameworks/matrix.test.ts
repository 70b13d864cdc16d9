/** `full` makes training repeat, bit for bit, in six frameworks, without a seed anywhere and without a change to the code. */
import { afterAll, describe, expect, it } from 'vitest';
import { different, type Framework, FRAMEWORKS, Matrix } from './support';

const place = new Matrix();
afterAll(() => place.remove());

describe.each(FRAMEWORKS)('%s', (framework) => {
  it('differs under observe, and gives one result a seed under full', async () => {
    const run = (...options: string[]): ReturnType<Matrix['run']> => place.run(framework, ...options);
    const [fresh, observed] = await Promise.all([run('--policy', 'full'), run('--policy', 'observe')]);
    const [replayed, again] = await Promise.all([place.replay(fresh.run), run('--policy', 'observe')]);
    const fixed = await Promise.all([1, 2].map(() => run('--policy', 'full', '--seed', '7')));

    expect(replayed.digests).toEqual(fresh.digests);
    expect([replayed.ended.code, replayed.verdict.verdict]).toEqual([0, sameOf(framework)]);
    expect(different(fixed.map(({ digests }) => digests))).toBe(1);
    expect(different([fresh, observed, again, ...fixed].map(({ digests }) => digests))).toBe(4);
    for (const name of ['losses', 'weights', 'predictions'] as const)
      expect(observed.digests[name]).not.toBe(again.digests[name]);
    expect(place.record(fresh.run).cells.flatMap(({ faults }) => faults)).toEqual([]);
  });
});

/** TensorFlow tells the time on standard error while it is imported, and scikit-learn's estimators show themselves with ids. */
function sameOf(framework: Framework): 'identical' | 'canonical' {
  return framework === 'tensorflow' ? 'canonical' : 'identical';
}
