/** What a kernel server inherits from the process that starts it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The user's environment as a shell in which this Python is active would have it; nothing of the editor's own. */
export function environmentFor(python: string, startSeconds: number): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|ELECTRON_|CODE_SERVER_|REPRISE_(?!LEASE|IDLE|DEBUG))/.test(name),
  );
  const bin = dirname(python);
  const prefix = dirname(bin);
  return {
    ...Object.fromEntries(kept),
    PATH: `${bin}:${process.env.PATH ?? ''}`,
    ...(existsSync(join(prefix, 'pyvenv.cfg')) ? { VIRTUAL_ENV: prefix } : {}),
    ...(existsSync(join(prefix, 'conda-meta')) ? { CONDA_PREFIX: prefix } : {}),
    REPRISE_START_SECONDS: String(startSeconds),
  };
}
