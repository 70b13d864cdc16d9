import { describe, expect, it } from 'vitest';
import { ToyNotebook } from './toyKernel';

describe('what to run so that cells are clean', () => {
  it('is the stale cells alone, in their order, where what they read is there', () => {
    const notebook = ToyNotebook.of('x = 1', 'y = x + 1', 'print(y)', 'print(x)');
    notebook.runAll();
    notebook.edit('c1', 'y = x + 2');
    expect(notebook.stale()).toEqual(['c1', 'c2']);
    expect(notebook.plan('c2', 'c1')).toEqual({ cells: ['c1', 'c2'], empty: false });
    notebook.run('c1', 'c2');
    expect(notebook.stale()).toEqual([]);
  });

  it('adds the clean cell whose value a later one has overwritten', () => {
    const notebook = ToyNotebook.of('x = 1', 'print(x)', 'x = 5', 'print(x)');
    notebook.runAll();
    notebook.edit('c1', 'y = x + 1');
    expect(notebook.plan('c1')).toEqual({ cells: ['c0', 'c1'], empty: false });
    notebook.edit('c3', 'z = x + 1');
    expect(notebook.plan('c1', 'c3')).toEqual({ cells: ['c0', 'c1', 'c2', 'c3'], empty: false });
    notebook.run('c0', 'c1', 'c2', 'c3');
    expect(notebook.stale()).toEqual([]);
  });

  it('begins where a value begins that each cell changes', () => {
    const notebook = ToyNotebook.of('x = 1', 'x = x + 1', 'print(x)');
    notebook.runAll();
    notebook.run('c1');
    expect(notebook.stale()).toEqual(['c1', 'c2']);
    expect(notebook.plan('c1')).toEqual({ cells: ['c0', 'c1'], empty: false });
    notebook.run('c0', 'c1');
    expect(notebook.stale()).toEqual([]);
  });

  it('takes in the stale cells that one cell reads from, and no others', () => {
    const notebook = ToyNotebook.of('x = 1', 'y = 2', 'print(x)', 'print(y)');
    notebook.runAll();
    notebook.edit('c0', 'x = 3');
    notebook.edit('c1', 'y = 3');
    expect(notebook.plan('c2')).toEqual({ cells: ['c0', 'c2'], empty: false });
  });

  it('needs an empty kernel where a cell that is gone left what no cell above leaves', () => {
    const notebook = ToyNotebook.of('x = 1', 'print(x)');
    notebook.runAll();
    notebook.cells = notebook.cells.slice(1);
    expect(notebook.stale()).toEqual(['c1']);
    expect(notebook.plan('c1')).toEqual({ cells: ['c1'], empty: 'values' });
    notebook.restart();
    notebook.run('c1');
    expect(notebook.stale()).toEqual([]);
    expect(notebook.shown.get('c1')).toBe("name 'x' is not defined");
  });

  it('takes in all that a cell rests on once the kernel was restarted', () => {
    const notebook = ToyNotebook.of('x = 1', 'y = x + 1', 'print(y)');
    notebook.runAll();
    notebook.restart();
    expect(notebook.stale()).toEqual([]);
    notebook.edit('c2', 'z = y + 1');
    expect(notebook.plan('c2')).toEqual({ cells: ['c0', 'c1', 'c2'], empty: false });
  });

  it('ends clean for random notebooks after random edits, runs, moves and deletions, and then each shows the truth', () => {
    const rounds: number[] = [];
    for (let seed = 1; seed <= 400; seed++) {
      const notebook = shuffled(random(seed));
      const tried: string[] = [];
      for (let stale = notebook.stale(); stale.length > 0; stale = notebook.stale()) {
        const plan = notebook.plan(...stale);
        tried.push(JSON.stringify(plan));
        expect(tried.length, `seed ${seed}: ${tried.join(' then ')}`).toBeLessThan(5);
        if (plan.empty) notebook.restart();
        notebook.run(...plan.cells);
      }
      rounds.push(tried.length);
      const truth = notebook.fromTheTop();
      for (const { id } of notebook.cells) expect(notebook.shown.get(id), `seed ${seed}`).toBe(truth.get(id));
    }
    expect(rounds.filter((count) => count > 2).length).toBeLessThan(rounds.length / 20);
  });
});

type Random = (below: number) => number;

function random(seed: number): Random {
  let state = seed * 2654435761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}

function shuffled(next: Random): ToyNotebook {
  const names = ['a', 'b', 'c', 'd'];
  const name = (): string => names[next(names.length)]!;
  const source = (): string => {
    const first = [`${name()} = ${next(9)}`, `${name()} = ${name()} + ${next(3)}`, `print(${name()})`][
      next(3)
    ]!;
    return next(3) === 0 ? `${first}\nprint(${name()})` : first;
  };
  const notebook = ToyNotebook.of(...Array.from({ length: 4 + next(6) }, source));
  notebook.runAll();
  for (let step = 0; step < 3 + next(8); step++) {
    const { id } = notebook.cells[next(notebook.cells.length)]!;
    const others = notebook.cells.filter((cell) => cell.id !== id);
    switch (next(6)) {
      case 0:
        notebook.edit(id, source());
        break;
      case 1:
        if (others.length > 1) notebook.cells = others;
        break;
      case 2:
        notebook.cells = others.toSpliced(
          next(others.length + 1),
          0,
          notebook.cells.find((cell) => cell.id === id)!,
        );
        break;
      case 3:
        notebook.restart();
        break;
      default:
        notebook.run(id);
    }
  }
  return notebook;
}
