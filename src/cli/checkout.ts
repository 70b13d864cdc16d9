import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { readOutside } from '../replay/execution/isolated';
import { type CheckedOut, checkOutRun } from '../replay/checkout';
import { sentenceList } from '../replay/causes/context';
import { plainName } from '../git/words';
import { readRecord } from '../lineage/read';
import { EXIT } from './exit';
import { findRun } from './replay';
import { type OutputFlags, outputOptions, terminalOf } from './shared';
import type { Terminal } from './terminal';

type Flags = OutputFlags & { to?: string };

export function checkoutCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('checkout <run>'))
    .description('a git working tree with the files that a run started from; yours stays as it is')
    .addHelpText('before', 'Example: reprise checkout 20261123-102000-d4e5f6 --to ../as-it-was\n')
    .option('--to <folder>', 'absent or empty; <folder of the repository>-<run> beside it unless you say')
    .action(async (what: string, flags: Flags) => done(await checkout(what, flags)));
}

async function checkout(what: string, flags: Flags): Promise<number> {
  const terminal = terminalOf(flags);
  const { store, run } = findRun(what, terminal);
  const found = await checkOutRun(store, run, flags.to === undefined ? undefined : resolve(flags.to));
  const outside = readOutside(readRecord(store.recordPath(run)));
  terminal.document({
    schema: 'reprise/checkout/0',
    run,
    ...found,
    folder: relative(store.root, found.folder),
    root: relative(store.root, found.root),
    outside,
  });
  tell(terminal, run, found, outside);
  const { differ, missing } = found.files;
  return differ.length + missing.length > 0 ? EXIT.diverged : EXIT.good;
}

function tell(terminal: Terminal, run: string, found: CheckedOut, outside: readonly string[]): void {
  const { commit, files, submodules } = found;
  const folder = relative(process.cwd(), found.folder) || '.';
  const good = files.differ.length + files.missing.length === 0;
  terminal.say(
    `${good ? terminal.green('✓') : terminal.yellow('!')} The files that run ${run} started from are in ${folder} (commit ${commit.slice(0, 12)}).`,
  );
  const same = files.checked - files.differ.length - files.missing.length;
  terminal.say(`Of ${files.checked} files that the run is known to have read, ${same} are as it read them.`);
  const lists: [string, readonly string[]][] = [
    ['Missing, as git ignored them or they were too big for a snapshot', files.missing],
    ['Other bytes than the run read', files.differ],
    ['Submodules, which are empty until you fill them: git submodule update --init', submodules],
    ['Outside the root, and not in it', outside],
  ];
  for (const [what, names] of lists) {
    if (names.length > 0) terminal.say(`${what}: ${sentenceList(names.map(plainName), 10)}.`);
  }
  if (!found.snapshot)
    terminal.say('The run kept no snapshot: files that git did not track then are not there.');
  if (found.unfiltered)
    terminal.say('A filter (LFS, git-crypt) could not run: its files are as git keeps them.');
  terminal.say(terminal.dim(`Remove it when you are done: git worktree remove --force ${folder}`));
}
