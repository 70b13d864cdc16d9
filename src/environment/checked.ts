/** The interpreter that a notebook is about to run on, held against its pin. */
import { Failure } from '../notebook/failure';
import { driftPhrase, driftThatMatters } from './drift';
import type { Drift } from './fingerprint';
import { probe } from './interpreter';
import { driftFromPin, handEdits } from './pindrift';
import { type ChooseOptions, type ChosenPython, choosePython, type Notebook } from './pinned';

export type CheckOptions = ChooseOptions & {
  /** Path of the agent's zipapp, which looks at an interpreter that is not the pin's. */
  agent: string;
  /** Of the kernel. */
  variables: Record<string, string>;
  /** Drift that can matter is refused: by policy `full`, or because a result is to be sealed. */
  refuses: false | 'policy' | 'seal';
  /** Told of drift that is taken, in a sentence. */
  onDrift?: (sentence: string) => void;
};

export type CheckedPython = ChosenPython & {
  /** Files of the pin's own environment that somebody edited. */
  edits: Drift[];
};

/**
 * The interpreter of the pin, restored where it is absent; another one is checked against the pin.
 * @throws Failure `drift` where it differs in a way that can matter and that is refused, and those of `choosePython`
 */
export async function checkedPython(notebook: Notebook, options: CheckOptions): Promise<CheckedPython> {
  const { agent, variables, ...choosing } = options;
  const chosen = await choosePython(notebook, choosing);
  const drift = await pinDrift(notebook, chosen, (python) => probe(python, agent, variables, notebook.root));
  takeOrRefuse(drift, shownPath(chosen), notebook, options);
  return { ...chosen, edits: chosen.environment === undefined ? [] : drift };
}

/**
 * Tells of drift that can matter, or refuses it.
 * @param what it is that differs, to begin a sentence with
 * @throws Failure `drift`
 */
export function takeOrRefuse(
  drift: readonly Drift[],
  what: string,
  { sidecar }: Pick<Notebook, 'sidecar'>,
  { refuses, onDrift }: Pick<CheckOptions, 'refuses' | 'onDrift'>,
): void {
  const matters = driftThatMatters(drift);
  if (matters.length === 0) return;
  const differs = `${what} is not what ${sidecar!.pin!.lock} says: ${phrases(matters)}.`;
  if (refuses) throw new Failure('drift', 'drift', `${differs} ${REFUSED[refuses]}`);
  onDrift?.(`${differs} It is recorded.`);
}

const REFUSED = {
  policy:
    'Nothing ran, as policy full takes nothing else. Restore the pin (reprise restore), pin again (reprise pin), ' +
    'or run anyway, recorded, with --policy close.',
  seal:
    'Nothing ran and nothing was sealed: a seal is of the environment that was pinned. ' +
    'Restore it (reprise restore), or pin the one you want (reprise pin).',
};

async function pinDrift(
  notebook: Notebook,
  { path: python, environment }: ChosenPython,
  look: (python: string) => ReturnType<typeof probe>,
): Promise<Drift[]> {
  if (environment !== undefined) return handEdits(environment);
  const driftOf = driftFromPin(notebook);
  return driftOf === undefined ? [] : driftOf(await look(python));
}

/** No path of this machine is shown that names its user. */
function shownPath({ from }: ChosenPython): string {
  return from === 'pin' ? 'The environment that was built' : 'This environment';
}

function phrases(drift: readonly Drift[]): string {
  const shown = drift.slice(0, 5).map(driftPhrase).join('; ');
  return drift.length > 5 ? `${shown}; and ${drift.length - 5} more` : shown;
}
