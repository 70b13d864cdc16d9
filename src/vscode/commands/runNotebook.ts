import { onNotebook } from './command';

/** Runs the notebook from an empty kernel, top to bottom, and records it; the notebook itself is left alone. */
export const runNotebook = onNotebook('run', 'Running');
