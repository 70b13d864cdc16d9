/** Which environments there are to compare: the notebook's pin, its runs, and the pins beside it. */
import { sidecarOf } from '../../notebook/sidecarFile';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { readEnds } from '../../lineage/read';
import { Store } from '../../lineage/store';
import type { Choice, NotebookFile } from '../editor';
import { type PinState, Pins, pinWords } from '../follow/pin';
import { type Side, sideOfPin, sideOfRun } from './side';

/** As many runs as somebody looks through. */
const RUNS = 30;

/** @returns the notebook's own first, of its runs the newest first */
export function environmentsOf(notebook: NotebookFile, pin: PinState | undefined): Choice<Side>[] {
  const own = pin === undefined || pin.problem !== undefined ? [] : [choiceOfPin(notebook.name, pin)];
  return [...own, ...runsOf(notebook), ...pinsBeside(notebook)];
}

function choiceOfPin(name: string, pin: PinState): Choice<Side> {
  const label = `Pin of ${name}`;
  return { label, description: pinWords(pin), value: sideOfPin(`${label} (${pin.lock})`, pin) };
}

function runsOf({ root, notebook }: NotebookFile): Choice<Side>[] {
  const store = new Store(root);
  const found: Choice<Side>[] = [];
  for (const run of store.runIds()) {
    const { header } = readEnds(store.recordPath(run));
    if (header?.notebook !== notebook || header.environment?.python === undefined) continue;
    const kind = header.replayOf === undefined ? 'run' : 'replay';
    const label = `${kind === 'run' ? 'Run' : 'Replay'} ${run}`;
    const description = `Python ${header.environment.python.version}, ${header.pin ? `pinned by ${header.pin.lock}` : 'without a pin'}`;
    found.push({ label, description, value: sideOfRun(label, header.environment) });
    if (found.length === RUNS) break;
  }
  return found;
}

function pinsBeside({ folder, name }: NotebookFile): Choice<Side>[] {
  const pins = new Pins();
  const names = readdirSync(folder).filter((each) => each.endsWith('.repro.json'));
  return names.flatMap((each) => {
    const other = each.replace(/\.repro\.json$/, '.ipynb');
    if (other === name) return [];
    try {
      const { pin } = sidecarOf(path.join(folder, other));
      const state = pin && pins.stateOf(path.join(folder, other), pin);
      return state === undefined || state.problem !== undefined ? [] : [choiceOfPin(other, state)];
    } catch {
      return [];
    }
  });
}
