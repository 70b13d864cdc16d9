/**
 * Random notebooks and random operations on them: a cell that is called clean gives, on a run from the top, the output it
 * shows.
 */
import { expect } from 'vitest';
import { Session } from '../session';
import { Workplace } from '../support';
import { generator, type Random } from './random';

const CELLS = 20;
const OPERATIONS = 15;
/** So that most cells do more than raise. */
const BEGIN = "p, q = [1], [2]\nr, s = {'k': p}, 3\nt = [q, 4]\nf = lambda: p";
const NAMES = ['p', 'q', 'r', 's', 't'];

export type Found = { violations: string[]; stale: number; wrongly: number };

/** @returns cells that were called clean and gave something else, and how many of the stale ones gave the same */
export async function tryNotebooks(notebooks: number, seed: number): Promise<Found> {
  const place = new Workplace();
  place.notebook('n.ipynb', []);
  const session = new Session(place, 'n.ipynb', '--seed', '7');
  const found: Found = { violations: [], stale: 0, wrongly: 0 };
  try {
    for (let at = 0; at < notebooks; at++) await tryNotebook(session, seed + at, `n${at}c`, found);
  } finally {
    await session.close();
  }
  return found;
}

async function tryNotebook(session: Session, seed: number, prefix: string, found: Found): Promise<void> {
  const random = generator(seed);
  const ids = Array.from({ length: CELLS }, (_, cell) => `${prefix}${cell}`);
  await session.begin(Object.fromEntries(ids.map((id, cell) => [id, cell === 0 ? BEGIN : source(random)])));
  const shown = new Map<string, string>();
  const run = async (id: string): Promise<void> => {
    const answer = await session.run(id);
    expect(answer).toMatchObject({ ok: true });
    if ('cell' in answer) shown.set(id, answer.cell!.outputs.canonical);
  };
  for (const id of ids) await run(id);
  for (let operation = 0; operation < OPERATIONS; operation++) await operate(session, random, run);
  const { state } = await session.ask({ op: 'state' });
  const before = new Map(shown);
  await session.ask({ op: 'restart' });
  for (const id of state.order) await run(id);
  for (const id of state.order) {
    const isSame = before.get(id) === shown.get(id);
    const isStale = state.cells[id]!.status === 'stale';
    if (!isStale && !isSame) found.violations.push(`cell ${id} of seed ${seed}`);
    if (isStale) found.stale += 1;
    if (isStale && isSame) found.wrongly += 1;
  }
}

async function operate(session: Session, random: Random, run: (id: string) => Promise<void>): Promise<void> {
  const { state } = await session.ask({ op: 'state' });
  const cell = random.pick(state.order);
  const kind = random.pick(['run', 'run', 'run', 'edit', 'edit and run', 'delete', 'move', 'insert']);
  if (kind === 'run') await run(cell);
  else if (kind === 'delete') await session.ask({ op: 'delete', cell });
  else if (kind === 'move') {
    const order = state.order.filter((id) => id !== cell);
    order.splice(random.below(order.length + 1), 0, cell);
    await session.ask({ op: 'move', order });
  } else if (kind === 'insert') {
    const id = `${cell}i${random.below(1e6)}`;
    await session.ask({
      op: 'insert',
      cell: id,
      index: random.below(state.order.length + 1),
      source: source(random),
    });
    if (random.below(2) === 0) await run(id);
  } else {
    await session.ask({ op: 'edit', cell, source: source(random) });
    if (kind === 'edit and run') await run(cell);
  }
}

/** One to three statements; a name that is missing or of another kind raises, which counts as well. */
function source(random: Random): string {
  const name = (): string => random.pick(NAMES);
  const number = (): number => random.below(4);
  const statement = (): string =>
    random.pick([
      () => `${name()} = ${number()}`,
      () => `${name()} = [${number()}]`,
      () => `${name()} = ${name()}`,
      () => `${name()} = [${name()}, ${number()}]`,
      () => `${name()}.append(${number()})`,
      () => `${name()}[0] = ${number()}`,
      () => `${name()} += [${number()}]`,
      () => `${name()} = list(${name()})`,
      () => `${name()} = {'k': ${name()}}`,
      () => `${name()}['k'] = ${number()}`,
      () => `del ${name()}`,
      () => `if ${name()}:\n    ${name()} = ${number()}`,
      () => `try:\n    ${name()} = ${name()} + 1\nexcept Exception:\n    ${name()} = 0`,
      () => `f = lambda: ${name()}`,
      () => `def f():\n    global ${'t'}\n    t = ${name()}\n    return t`,
      () => `def f(v=${name()}):\n    v.append(1)\n    return v`,
      () => `${name()} = f()`,
      () => `import random\n${name()} = random.random()`,
      () => `import random\nrandom.seed(${number()})`,
      () => `import numpy as np\n${name()} = np.zeros(3)`,
      () => `${name()} = ${name()}[1:]`,
      () => `exec('${name()} = ${number()}')`,
    ])();
  const statements = Array.from({ length: 1 + random.below(2) }, statement);
  return [...statements, `print(${name()})`].join('\n');
}
