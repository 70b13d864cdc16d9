import type { Command } from 'commander';

/** False with `--no-snapshot`. */
export type SnapshotFlags = { snapshot: boolean };

export function snapshotOption(command: Command): Command {
  return command.option(
    '--no-snapshot',
    'do not keep the files as they are at the start in git (refs/reprise/<run>)',
  );
}
