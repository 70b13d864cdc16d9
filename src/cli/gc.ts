import { type Command, InvalidArgumentError, Option } from 'commander';
import { applyGc, planGc } from '../lineage/gc';
import type { Store } from '../lineage/store';
import { forgetSnapshots, orphanedSnapshots } from '../replay/execution/snapshot';
import { wasSubmitted } from '../replay/execution/target';
import { plainName } from '../git/words';
import { GitError } from '../git/command';
import { loadCluster } from './cluster/load';
import { EXIT } from './exit';
import { count, type OutputFlags, outputOptions, storeHere, terminalOf } from './shared';

type Flags = OutputFlags & { keep: number; olderThan: number; apply?: boolean };

export function gcCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('gc'))
    .description('prune old runs; shows what would go unless told --apply')
    .addHelpText('before', 'Example: reprise gc --keep 5 --older-than 30 --apply\n')
    .addOption(
      new Option('--keep <n>', 'newest runs of each notebook that stay').argParser(count).default(10),
    )
    .addOption(new Option('--older-than <days>', 'only runs older than this').argParser(days).default(30))
    .option('--apply', 'remove what is listed')
    .action(async (flags: Flags) => {
      const terminal = terminalOf(flags);
      const store = storeHere(terminal);
      const protect = await inClusters(store);
      const plan = planGc(store, { keep: flags.keep, olderThanDays: flags.olderThan, protect });
      const removed = flags.apply ? applyGc(store, plan) : undefined;
      const snapshots = orphanedSnapshots(store);
      const problem = removed && (await forget(store, [...new Set([...removed.runs, ...snapshots])]));
      terminal.document({
        schema: 'reprise/gc/0',
        applied: removed !== undefined,
        ...plan,
        snapshots,
        ...(removed ? { removed } : {}),
      });
      for (const run of plan.runs)
        terminal.say(
          `${run.run}  ${run.status.padEnd(10)} ${plainName(run.notebook ?? '?')}  ${size(run.bytes)}`,
        );
      if (snapshots.length > 0)
        terminal.say(`Snapshots of runs that are no longer here: ${snapshots.join(', ')}`);
      for (const { path, why } of plan.allObjectsStay)
        terminal.warn(`No object is removed because of ${plainName(path)}: ${why}.`);
      if (problem !== undefined)
        terminal.warn(
          `The snapshots of what was removed are still in git: ${plainName(problem)}. The next gc tries again.`,
        );
      terminal.say(
        removed
          ? `Removed ${removed.runs.length} runs and ${removed.objects} objects: ${size(removed.bytes)}.`
          : `Would remove ${plan.runs.length} runs and ${plan.objects.length} objects: ${size(plan.bytes)}. Nothing was removed; add --apply.`,
      );
      done(problem === undefined ? EXIT.good : EXIT.infrastructure);
    });
}

async function inClusters(store: Store): Promise<ReadonlySet<string>> {
  if (!store.runIds().some((run) => wasSubmitted(store.runFolder(run)))) return new Set();
  return (await loadCluster()).unended(store);
}

/** @returns why git did not */
async function forget(store: Store, runs: readonly string[]): Promise<string | undefined> {
  try {
    await forgetSnapshots(store, runs);
    return undefined;
  } catch (error) {
    if (error instanceof GitError) return error.message;
    throw error;
  }
}

function days(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('It is a number of days.');
  return value;
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}
