import type { Command } from './command';
import { runNotebook } from './runNotebook';
import { verifyNotebook } from './verifyNotebook';

/** Every command that `package.json` contributes, by its id. */
export const commands: Record<string, Command> = {
  'reprise.runNotebook': runNotebook,
  'reprise.verifyNotebook': verifyNotebook,
};
