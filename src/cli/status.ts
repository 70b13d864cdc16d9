import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { driftThatMatters } from '../environment/drift';
import type { Drift } from '../environment/fingerprint';
import { namedInterpreter } from '../environment/interpreter';
import { findRoot } from '../notebook/root';
import { sidecarPath } from '../notebook/sidecar';
import { driftWords, effectWords } from '../replay/causes/environment';
import { type NotebookStatus, type Status, statusOf } from '../replay/status';
import { POLICY_WORDS, VERDICT_WORDS } from '../replay/words';
import { EXIT, problemOf, worstExit } from './exit';
import { filesAt } from './lintPaths';
import { Skipped } from './lintSkipped';
import { agentPath, type OutputFlags, outputOptions, storeOf, terminalOf } from './shared';
import type { Terminal } from './terminal';

type Flags = OutputFlags & { python?: string };

export function statusCommand(program: Command, _signal: AbortSignal, done: (code: number) => void): void {
  outputOptions(program.command('status [notebooks...]'))
    .description('how notebooks stand: pin, drift, policy, newest run and verdict, seal')
    .addHelpText('before', 'Example: reprise status study/train.ipynb\n')
    .option('--python <path>', 'compare this Python with the pin, instead of the pin’s own environment')
    .action(async (notebooks: string[], flags: Flags) => done(await status(notebooks, flags)));
}

async function status(named: readonly string[], flags: Flags): Promise<number> {
  const terminal = terminalOf(flags);
  const notebooks = named.length > 0 ? named : withSidecar();
  const options = {
    agent: agentPath(),
    ...(flags.python === undefined ? {} : { python: await namedInterpreter(flags.python) }),
  };
  const document: Status = { schema: 'reprise/status/0', notebooks: [] };
  const codes: number[] = [];
  for (const notebook of notebooks) {
    try {
      storeOf(notebook, terminal);
      const found = await statusOf(notebook, options);
      document.notebooks.push(found);
      tell(terminal, found);
    } catch (error) {
      const problem = problemOf(error);
      // Of several notebooks one that cannot be read hides no other.
      if (problem === undefined || notebooks.length === 1) throw error;
      codes.push(problem.code);
      terminal.warn(`${relative(process.cwd(), resolve(notebook))}: ${problem.message}`);
    }
  }
  terminal.document(document);
  if (notebooks.length === 0) {
    terminal.say('No notebook here has settings of Reprise. Begin with: reprise pin NOTEBOOK');
  }
  return codes.length > 0 ? worstExit(codes) : EXIT.good;
}

/** Notebooks of the root of the current folder that have a sidecar. */
function withSidecar(): string[] {
  const skipped = new Skipped();
  const all = filesAt(findRoot(resolve('notebook.ipynb')), skipped);
  return all.filter((notebook) => existsSync(sidecarPath(notebook)));
}

function tell(terminal: Terminal, found: NotebookStatus): void {
  const line = (name: string, text: string): void => terminal.say(`  ${name.padEnd(8)} ${text}`);
  terminal.say(terminal.bold(found.notebook));
  line('pin', pinWords(terminal, found));
  if (found.drift) line('drift', driftWordsOf(terminal, found.drift));
  const seed = found.seed === 'fresh' ? 'fresh entropy for each run' : `seed ${found.seed}`;
  line('policy', `${found.policy} (${POLICY_WORDS[found.policy]}), ${seed}`);
  line('run', runWords(terminal, found));
  if (found.stale !== null) line('stale', staleWords(terminal, found.stale));
  line('verdict', verdictWords(terminal, found));
  if (found.seal) {
    const { state, why } = found.seal;
    line(
      'seal',
      state === 'sealed'
        ? terminal.green('sealed')
        : terminal.yellow(`sealed, but changed since: ${why}. Seal it again: reprise seal ${found.notebook}`),
    );
  }
}

function pinWords(terminal: Terminal, { pin, notebook }: NotebookStatus): string {
  if (pin === null) return terminal.yellow(`unpinned. Pin it: reprise pin ${notebook}`);
  if (pin.state === 'unusable') return terminal.red(pin.problem ?? '');
  const what = `${pin.lock}, Python ${pin.python}, for ${pin.platforms.join(', ') || 'this machine'}`;
  if (pin.state === 'restored') return `${what}; restored`;
  return `${what}; ${terminal.yellow(`not restored here (the next run does it, or: reprise restore ${notebook})`)}`;
}

function driftWordsOf(terminal: Terminal, drift: readonly Drift[]): string {
  const matters = driftThatMatters(drift);
  if (matters.length === 0) return terminal.green('none that matters');
  const shown = matters.slice(0, 5).map(driftWords).join('; ');
  const rest = matters.length > 5 ? `; and ${matters.length - 5} more` : '';
  return terminal.red(`${shown}${rest}; that can change ${effectWords(matters)}`);
}

function runWords(terminal: Terminal, { run, notebook }: NotebookStatus): string {
  if (run === null) return `none. Run it: reprise run ${notebook}`;
  const changed =
    run.changed === 0
      ? ''
      : terminal.yellow(`; ${run.changed} ${run.changed === 1 ? 'cell' : 'cells'} changed since`);
  return `${run.run} ${run.status}${changed}`;
}

function staleWords(terminal: Terminal, stale: NonNullable<NotebookStatus['stale']>): string {
  if (stale.length === 0) return terminal.green('no cell, against that run');
  const shown = stale
    .slice(0, 5)
    .map(({ index, reasons }) => `cell ${index} (${reasons[0]?.type ?? 'unknown'})`);
  return terminal.yellow(`${shown.join(', ')}${stale.length > 5 ? `, and ${stale.length - 5} more` : ''}`);
}

function verdictWords(terminal: Terminal, { verdict, notebook }: NotebookStatus): string {
  if (verdict === null) return `none. Get one: reprise verify ${notebook}`;
  const words = VERDICT_WORDS[verdict.verdict as keyof typeof VERDICT_WORDS] ?? verdict.verdict;
  const paint = /^(different|unverifiable)$/.test(verdict.verdict) ? terminal.red : terminal.green;
  const shown = verdict.verdict === 'canonical' ? 'Same, apart from what is masked' : words;
  return `${paint(shown)} (${verdict.replay === verdict.of ? verdict.of : `${verdict.replay}, a replay of ${verdict.of}`})`;
}
