/** What the kernel's keeper decided (`reprise/agent-js/0`), in a variable of the environment that child processes inherit. */

export const VARIABLE = 'REPRISE_JS';
/** The number of a child process among those of its parent, with its parent's: `2`, `2.1`. */
export const TASK_VARIABLE = 'REPRISE_JS_TASK';

export type Configuration = {
  policy: 'full' | 'close' | 'observe';
  /** Entropy of the run, as in the record. */
  seed: string;
  /** Whether the cryptographic generators are replaced where the notebook's own code calls them. */
  osEntropy: 'record' | 'enforce';
  perCell: boolean;
  /** Process id of the keeper: the kernel is its child, and answers it on `socket`. */
  keeper: number;
  socket: string;
  /** Where worker threads and child processes tell of their draws, a line of JSON each. */
  log: string;
  /** Files below it, node_modules apart, are the notebook's own code. */
  root: string;
};

/** Undefined where the variable is missing or not ours: the preload then changes nothing. */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration | undefined {
  try {
    const given = JSON.parse(environment[VARIABLE] ?? '') as Partial<Configuration>;
    const texts = [given.policy, given.seed, given.socket, given.log, given.root];
    return texts.every((text) => typeof text === 'string') ? (given as Configuration) : undefined;
  } catch {
    return undefined;
  }
}
