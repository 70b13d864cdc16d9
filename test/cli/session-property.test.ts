import { expect, it } from 'vitest';
import { tryNotebooks } from './litmus/property';

const SEED = Number(process.env.REPRISE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const NOTEBOOKS = Number(process.env.REPRISE_TEST_NOTEBOOKS ?? 60);

it(
  `calls no cell clean that a run from the top would change (seed ${SEED})`,
  { timeout: 900_000 },
  async () => {
    const { violations, stale, wrongly } = await tryNotebooks(NOTEBOOKS, SEED);
    const share = ((100 * wrongly) / stale).toFixed(1);
    console.log(`${NOTEBOOKS} notebooks, seed ${SEED}: ${stale} stale, of which ${share} % gave the same`);
    expect(violations).toEqual([]);
  },
);
