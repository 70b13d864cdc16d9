/** Runs the notebooks of the matrix, each in a fresh process, and reads the digests that they print. */
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { Judgement } from '../../src/replay/documents';
import { type Ended, Workplace } from '../cli/support';

export const FRAMEWORKS = ['scikit-learn', 'xgboost', 'lightgbm', 'jax', 'torch', 'tensorflow'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export type Digests = { losses: string; weights: string; predictions: string };

const NOTEBOOKS = path.join(__dirname, 'notebooks');

export class Matrix extends Workplace {
  constructor() {
    super();
    this.store.ensure();
    for (const name of FRAMEWORKS)
      copyFileSync(path.join(NOTEBOOKS, `${name}.ipynb`), this.path(`${name}.ipynb`));
  }

  /** @returns the run's id and what it printed */
  async run(framework: Framework, ...options: string[]): Promise<{ run: string; digests: Digests }> {
    const ended = await this.execute('run', `${framework}.ipynb`, '--format', 'json', ...options);
    expect(ended.code, ended.stderr).toBe(0);
    const { run } = JSON.parse(ended.stdout) as { run: string };
    return { run, digests: this.digests(run) };
  }

  async replay(
    run: string,
    ...options: string[]
  ): Promise<{ verdict: Judgement; digests: Digests; ended: Ended }> {
    const ended = await this.execute('replay', run, '--format', 'json', ...options);
    const verdict = JSON.parse(ended.stdout) as Judgement;
    return { verdict, digests: this.digests(verdict.replays[0]!), ended };
  }

  /** What the last cell printed. */
  digests(run: string): Digests {
    const executed = JSON.parse(this.read(path.join('.reprise', 'runs', run, 'executed.ipynb'))) as Executed;
    const text = (executed.cells.at(-1)?.outputs ?? []).flatMap((output) => output.text ?? []).join('');
    const printed = [...text.matchAll(/^(losses|weights|predictions) ([0-9a-f]{64})$/gm)];
    const [losses, weights, predictions] = printed.map((match) => match[2]!);
    expect(
      printed.map((match) => match[1]),
      text,
    ).toEqual(['losses', 'weights', 'predictions']);
    return { losses: losses!, weights: weights!, predictions: predictions! };
  }
}

type Executed = { cells: { outputs?: { text?: string | string[] }[] }[] };

/** How many different results there are. */
export function different(digests: readonly Digests[]): number {
  return new Set(digests.map((each) => JSON.stringify(each))).size;
}
