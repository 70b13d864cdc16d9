/** What goes wrong in the agent itself: the user's cell is unharmed, the verdict never good. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/lineage/record';
import type { Judgement } from '../../src/replay/documents';
import { type Ended, stackTrace, Workplace } from './support';

const place = new Workplace();
let run: Ended;
let verify: Ended;
let record: RunRecord;

const BREAK_FILES =
  'def broken(*arguments): raise RuntimeError("a defect")\nget_ipython().kernel.recorder._files.after = broken';
const BREAK_BEGIN = 'get_ipython().kernel.recorder._variables.before = broken';
const CELLS = [
  'x = 1\nprint("before")',
  BREAK_FILES,
  'x += 1\nprint(x)',
  BREAK_BEGIN,
  'x += 1\nx',
  // Digesting this value runs the user's code, which would end the process.
  'class Leaves:\n    def __reduce_ex__(self, protocol): raise SystemExit(3)\nleaving = Leaves()\nprint("still here")',
  'class Lies:\n    __class__ = property(lambda self: 1 / 0)\n    def __eq__(self, other): raise ValueError\n    __hash__ = None\nlying = [Lies()]\nprint("here too")',
  'print(x + 1)',
];

beforeAll(async () => {
  const notebook = place.notebook('study.ipynb', CELLS);
  run = await place.execute('run', notebook);
  record = place.record();
  verify = await place.execute('verify', notebook, '--format', 'json');
});
afterAll(() => place.remove());

describe("an exception inside the agent's own tracking", () => {
  it('leaves every cell as it would be without us', () => {
    expect(run.code).toBe(0);
    expect(stackTrace(run)).toBeUndefined();
    expect(record.cells.map((cell) => cell.status)).toEqual(CELLS.map(() => 'ok'));
    const printed = record.cells.map((cell) => place.store.getObject(cell.outputs.raw).toString());
    expect(printed[2]).toBe('[{"name":"stdout","output_type":"stream","text":"2\\n"}]');
    expect(printed[4]).toContain('"text/plain":"3"');
    expect(printed[5]).toContain('still here');
    expect(printed[6]).toContain('here too');
    expect(printed[7]).toContain('4');
    expect(printed.join('')).not.toContain('a defect');
  });

  it('is noted in the lines of the cells it happened in, and said while they run', () => {
    expect(record.cells[0]!.faults).toEqual([]);
    expect(record.cells[2]!.faults.join()).toContain('tracking files: RuntimeError');
    expect(record.cells[4]!.faults.join()).toContain('tracking variables: RuntimeError');
    expect(record.summary!.faults.join()).toContain('cell 2: tracking files: RuntimeError');
    expect(run.stdout).toContain('cell 2: tracking files: RuntimeError');
  });

  it('never ends in a good verdict', () => {
    expect(verify.code).toBe(4);
    const judgement = JSON.parse(verify.stdout) as Judgement;
    expect(judgement.verdict).toBe('unverifiable');
    expect(judgement.cells.map((cell) => cell.verdict)[0]).toBe('identical');
    expect(judgement.cells.map((cell) => cell.verdict)[2]).toBe('unverifiable');
    expect(JSON.stringify(judgement.causes)).toContain('tracking files');
  });

  it('leaves no process behind', async () => {
    expect(await place.leftBehind()).toEqual([]);
  });
});
