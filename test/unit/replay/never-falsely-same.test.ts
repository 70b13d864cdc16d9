/** Random changes to one side of a comparison: whatever a person could see must never be called identical. */
import { describe, expect, it } from 'vitest';
import type { Output } from '../../../src/notebook/output';
import { judge } from '../../../src/replay/compare/judge';
import {
  display,
  draw,
  exact,
  failure,
  pickled,
  result,
  sha,
  side,
  stderr,
  stdout,
  wrote,
  type CellSpec,
} from './build';
import { generator } from '../../generator';

const SEED = Number(process.env['REPRISE_TEST_SEED'] ?? 20261123);
const ROUNDS = 400;

class Chance {
  constructor(private readonly next: () => number) {}
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
  text(): string {
    const pieces = [
      'alpha',
      ' ',
      '\n',
      '0.1',
      '<b>',
      'é',
      '1e-9',
      '<o at 0x7f01>',
      '\u001b[31m',
      'x=3',
      '\t',
      '50%|█| 1/2',
    ];
    return (
      Array.from({ length: 1 + this.below(6) }, () => this.pick(pieces)).join('') + String(this.below(1000))
    );
  }
}

function randomCell(chance: Chance): CellSpec {
  const outputs = Array.from({ length: 1 + chance.below(3) }, (): Output =>
    chance.pick([
      () => stdout(chance.text()),
      () => stderr(chance.text()),
      () => result({ 'text/plain': chance.text(), 'text/html': chance.text() }),
      () => display({ 'image/svg+xml': chance.text() }),
      () => failure('ValueError', chance.text()),
    ])(),
  );
  return {
    outputs,
    files: [wrote('a.csv', chance.text())],
    writes: [exact('x', chance.text()), pickled('m', chance.text())],
    entropy: [draw('uuid4', 'unreached')],
  };
}

type Mutation = (cell: CellSpec, chance: Chance) => CellSpec;

const MUTATIONS: Record<string, Mutation> = {
  'a character of an output': (cell, chance) => {
    const outputs = structuredClone(cell.outputs ?? []);
    const output = chance.pick(outputs);
    if (output.output_type === 'stream') output.text = changed(String(output.text), chance);
    else if (output.output_type === 'error') output.evalue = changed(output.evalue, chance);
    else {
      const mime = chance.pick(Object.keys(output.data));
      output.data[mime] = changed(output.data[mime] as string, chance);
    }
    return { ...cell, outputs };
  },
  'an output more': (cell, chance) => ({
    ...cell,
    outputs: [...(cell.outputs ?? []), display({ 'text/plain': chance.text() })],
  }),
  'an output less': (cell) => ({ ...cell, outputs: (cell.outputs ?? []).slice(1) }),
  'a byte of a file': (cell, chance) => ({ ...cell, files: [wrote('a.csv', `${chance.text()} other`)] }),
  'another file': (cell, chance) => ({ ...cell, files: [wrote(`b${chance.below(9)}.csv`, 'x')] }),
  'a value': (cell, chance) => ({
    ...cell,
    writes: [exact('x', `${chance.text()} other`), ...(cell.writes ?? []).slice(1)],
  }),
  'a pickle': (cell, chance) => ({
    ...cell,
    writes: [...(cell.writes ?? []).slice(0, 1), pickled('m', `${chance.text()} other`)],
  }),
  'a variable less': (cell) => ({ ...cell, writes: (cell.writes ?? []).slice(1) }),
  'output that was lost': (cell) => ({ ...cell, arrived: [stdout('lost')] }),
  'a fault': (cell) => ({ ...cell, faults: ['tracking variables: KeyError'] }),
  'no execution': (cell) => ({ ...cell, skipped: true }),
};

function changed(text: string, chance: Chance): string {
  const at = chance.below(text.length + 1);
  // A digit next to an address or an escape could be masked with it; a letter of no mask's alphabet cannot.
  return `${text.slice(0, at)}Ω${text.slice(at)}`;
}

describe(`with REPRISE_TEST_SEED=${SEED}`, () => {
  it.each(Object.keys(MUTATIONS))('never the same after %s', (name) => {
    const chance = new Chance(generator(SEED ^ parseInt(sha(name).slice(0, 8), 16)));
    for (let round = 0; round < ROUNDS / Object.keys(MUTATIONS).length + 20; round++) {
      const cells = Array.from({ length: 1 + chance.below(4) }, () => randomCell(chance));
      const at = chance.below(cells.length);
      const replayed = cells.map((cell, i) =>
        i === at ? (MUTATIONS[name] as Mutation)(cell, chance) : cell,
      );
      expect(judge(side(cells), [side(cells)]).verdict).toBe('identical');
      const judgement = judge(side(cells), [side(replayed)]);
      expect(['different', 'unverifiable'], JSON.stringify([cells[at], replayed[at]])).toContain(
        judgement.verdict,
      );
      expect(judgement.firstDivergence?.index).toBe(at);
      expect(judgement.cells[at]?.causes.length).toBeGreaterThan(0);
      expect(judge(side(replayed), [side(cells)]).verdict).toBe(judgement.verdict);
    }
  });
});
