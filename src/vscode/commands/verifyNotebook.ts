import { onNotebook } from './command';

/** Runs the notebook, replays it, and says whether the results are the same. */
export const verifyNotebook = onNotebook('verify', 'Verifying');
