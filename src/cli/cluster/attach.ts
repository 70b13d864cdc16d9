import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { readRecord } from '../../lineage/read';
import type { Store } from '../../lineage/store';
import type { NotebookDocument } from '../../notebook/model';
import { sidecarBeside } from '../../notebook/sidecarFile';
import type { ClusterRun } from '../../cluster/state';
import type { Judgement } from '../../replay/documents';
import { ResultsLost } from '../../replay/lastwords';
import { finished } from '../../replay/execution/execute';
import { runDocument } from '../../replay/rundocument';
import { finishOn } from '../../replay/execution/target';
import { judgeLost, judgeReplays } from '../../replay/verify';
import { exitOfRun } from '../exit';
import { tellEnd } from '../run';
import { contextOf, type OutputFlags, outputOptions, storeHere, terminalOf } from '../shared';
import type { Terminal } from '../terminal';
import { exitOfJudgement, tellJudgement } from '../verdict';
import { loadCluster } from './load';
import { addressesOf, type AddressFlags, addressOptions, placeOptions } from './options';
import { makingOf, tellingOf } from './target';

type Flags = OutputFlags &
  AddressFlags & {
    kubeconfig?: string;
    context?: string;
    namespace?: string;
    allowErrors?: boolean;
  };

export function attachCommand(program: Command, signal: AbortSignal, done: (code: number) => void): void {
  addressOptions(placeOptions(outputOptions(program.command('attach <run>'))))
    .description('take up a run or replay that goes on in a cluster')
    .addHelpText('before', 'Example: reprise attach 20261126-101500-3fa2c1\n')
    .option('--allow-errors', 'errors that repeat do not fail')
    .action(async (run: string, flags: Flags) => done(await attach(run, flags, signal)));
}

async function attach(run: string, flags: Flags, signal: AbortSignal): Promise<number> {
  const terminal = terminalOf(flags);
  const store = storeHere(terminal);
  const { connect, KubernetesTarget, readState, requireUnfailed } = await loadCluster();
  const state = readState(store, run);
  terminal.tell(`${terminal.bold(`Taking up ${run}`)}  ${terminal.dim(state.notebook)}`);
  requireUnfailed(state);
  if (state.stage !== 'cleaned') {
    const { context = state.context, namespace = state.namespace, kubeconfig } = flags;
    const api = await connect({ kubeconfig, context, namespace });
    const { settings, purpose, asked } = state;
    const target = new KubernetesTarget(
      api,
      makingOf(settings, purpose, asked, addressesOf(flags)),
      tellingOf(terminal),
    );
    const { onEvent, onDocument } = contextOf(terminal, signal);
    onDocument?.(
      JSON.parse(readFileSync(join(store.runFolder(run), 'notebook.ipynb'), 'utf8')) as NotebookDocument,
    );
    try {
      const work = workOf(store, state);
      // Whoever began it was ended before all of it was sent.
      if (state.stage === 'submitting') await target.submit(work, signal);
      if (state.stage === 'collected') await target.cleanup(work);
      else await finishOn(target, work, onEvent, { leave: signal });
    } catch (error) {
      if (!(error instanceof ResultsLost) || state.replayOf === undefined) throw error;
      const onStep = (step: string) => terminal.tell(terminal.dim(`  ${step}`));
      const judgement = judgeLost(store, state.replayOf, error, { onStep });
      return tellVerdict(terminal, store, judgement, flags.allowErrors ?? false);
    }
  }
  return tellResult(terminal, store, state, flags.allowErrors ?? false);
}

function workOf(store: Store, { run, notebook, replayOf }: ClusterRun) {
  return {
    store,
    run,
    notebook,
    sidecar: sidecarBeside(join(store.root, notebook)),
    ...(replayOf ? { original: readRecord(store.recordPath(replayOf)) } : {}),
  };
}

function tellResult(terminal: Terminal, store: Store, state: ClusterRun, allowErrors: boolean): number {
  const result = finished(store, state.run, state.notebook);
  if (state.replayOf === undefined) {
    terminal.document(runDocument(store, state.run, result.record));
    tellEnd(terminal, result);
    return exitOfRun(result.status);
  }
  return tellVerdict(terminal, store, judgeReplays(store, state.replayOf, [result]), allowErrors);
}

function tellVerdict(terminal: Terminal, store: Store, judgement: Judgement, allowErrors: boolean): number {
  terminal.document(judgement);
  tellJudgement(terminal, store, judgement);
  return exitOfJudgement(store, judgement, allowErrors);
}
