import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../notebook/failure';
import { readRecord } from '../lineage/read';
import type { Store } from '../lineage/store';
import type { Judgement } from '../replay/documents';
import { judging, replayAndJudge, tryBothOrders } from '../replay/verify';
import { ranOutOfOrder } from '../replay/causes/order';
import { judge } from '../replay/compare/judge';
import { loadRunSide, type Side } from '../replay/compare/side';
import { compareTwo } from './compare';
import { EXIT, isGood } from './exit';
import { findRun } from './replay';
import { type ReportFlags, reportOption, writeReport } from './report';
import { contextOf, type OutputFlags, outputOptions, terminalOf } from './shared';
import type { Terminal } from './terminal';
import { tellCauses } from './verdict';

type Flags = OutputFlags & ReportFlags & { experiment?: boolean; python?: string };

export function explainCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  reportOption(outputOptions(program.command('explain <replay-or-a> [b]')))
    .description('why results differ, with the evidence')
    .addHelpText('before', 'Example: reprise explain 20261123-102000-d4e5f6\n')
    .option('--python <path>', 'the Python to replay with')
    .option('--experiment', 'replay the original in both orders where the order of execution is suspected')
    .action(async (a: string, b: string | undefined, flags: Flags) => {
      const terminal = terminalOf(flags);
      const { store, judgement, sides } =
        b === undefined ? await judged(a, flags, terminal, signal) : compareTwo(a, b, terminal);
      const ofCells = judgement.cells.flatMap((cell) =>
        cell.causes.map((cause) => ({ cell: { index: cell.index, id: cell.id }, ...cause })),
      );
      const ofRun = judgement.causes.filter(({ kind, summary }) =>
        ofCells.every((cause) => cause.kind !== kind || cause.summary !== summary),
      );
      const causes = [...ofCells, ...ofRun];
      tellCauses(terminal, store, judgement);
      writeReport(terminal, flags, store, judgement, sides);
      terminal.document({
        schema: 'reprise/explain/0',
        verdict: judgement.verdict,
        firstDivergence: judgement.firstDivergence,
        causes,
      });
      done(
        isGood(judgement) ? EXIT.good : judgement.verdict === 'different' ? EXIT.diverged : EXIT.unverifiable,
      );
    });
}

/** The judgement kept with a replay; of an original, a replay is made now. */
async function judged(
  what: string,
  flags: Flags,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<{ store: Store; judgement: Judgement; sides?: Side[] }> {
  const { store, run } = findRun(what, terminal);
  const { header } = readRecord(store.recordPath(run));
  const kept = join(store.runFolder(run), 'verdict.json');
  const context = contextOf(terminal, signal);
  const original = header.replayOf ?? run;
  const options = { python: flags.python };
  if (flags.experiment && ranOutOfOrder(readRecord(store.recordPath(original)))) {
    const experiment = await tryBothOrders(store, original, options, context);
    const replay = header.replayOf
      ? run
      : (await replayAndJudge(store, original, options, 1, context)).replays[0]!;
    const judged = { ...judging(store, header.notebook), experiment };
    return { store, judgement: judge(loadRunSide(store, original), [loadRunSide(store, replay)], judged) };
  }
  if (existsSync(kept)) return { store, judgement: JSON.parse(readFileSync(kept, 'utf8')) as Judgement };
  if (header.replayOf !== undefined) {
    throw new Failure(
      'unverifiable',
      'no-verdict',
      `Replay ${run} has not been judged. Compare it: reprise explain ${header.replayOf} ${run}`,
    );
  }
  return { store, judgement: await replayAndJudge(store, run, options, 1, context) };
}
