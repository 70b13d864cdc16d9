/** The hover of the status bar item, as Markdown: everything that the item has no room for. */
import { driftPhrase } from '../../environment/drift';
import type { Cost } from '../../replay/cost/document';
import type { Header } from '../follow/lines';
import { plural, REACH_WORDS } from '../../replay/words';
import { ranOn } from '../environments/text';
import type { CommandId } from '../commands/ids';
import { type PinState, pinDriftOf, pinWords } from '../follow/pin';
import { sealWords } from '../follow/seal';
import {
  countDraws,
  failedCell,
  isChanged,
  isOutdated,
  type NotebookState,
  type RunState,
} from '../follow/state';
import { NOT_OBSERVED } from '../stale/words';
import { diedWords, differsNext, settingWords, unreachedWords, verdictWords } from './words';

/** The commands that the hover has links to; it is trusted with no others. */
export const HOVER_COMMANDS: readonly CommandId[] = [
  'reprise.runAll',
  'reprise.replayHere',
  'reprise.showReport',
  'reprise.showRandomness',
  'reprise.selectPolicy',
  'reprise.setSeed',
  'reprise.selectInterpreter',
  'reprise.showEnvironment',
  'reprise.seal',
];

export type Surroundings = {
  /** The notebook's file name. */
  name: string;
  /** The interpreter of the live kernel or of the next, with the home directory as `~`. */
  python?: string;
  isLive: boolean;
  /** Written in JavaScript or TypeScript. */
  javascript?: boolean;
};

export function hoverOf(
  state: NotebookState,
  { name, python, isLive, javascript = false }: Surroundings,
): string {
  const { run, problem } = state;
  const settings = link(settingWords(state.policy, state.seed).join(', '), 'reprise.selectPolicy');
  const rows = [
    ...(problem === undefined ? [] : [row('Settings', problem)]),
    ...(run === undefined ? [row('Run', 'nothing is recorded yet')] : runRows(state, run)),
    ...(run === undefined || differsNext(state) ? [row('Next run', settings)] : []),
    ...(state.pin === undefined ? [] : pinRows(state, state.pin)),
    ...(state.seal === undefined
      ? []
      : [row('Seal', link(sealWords(state.seal, state.document), 'reprise.seal'))]),
    ...(state.cost === undefined ? [] : [row('Cost', costWords(state.cost))]),
    row('Kernel', isLive ? 'Reprise, live' : 'Reprise, not started'),
    ...(javascript ? [row('Stale cells', `not observed: ${NOT_OBSERVED}`)] : []),
    ...(python === undefined
      ? []
      : [
          row(
            javascript ? 'Recorded by the agent on' : 'Interpreter',
            link(python, 'reprise.selectInterpreter'),
          ),
        ]),
  ];
  const title = `**Reprise** ${escape(name)}`;
  return [title, rows.map((line) => `- ${line}`).join('\n'), actions(run !== undefined)].join('\n\n');
}

function runRows(state: NotebookState, run: RunState): string[] {
  const { header } = run;
  return [
    row('Verdict', verdictSentence(state, run)),
    ...(run.verdict?.cause === undefined ? [] : [row('Why', run.verdict.cause.replaceAll('`', ''))]),
    row('Run', `${run.run}, ${endWords(run)}, ${plural(run.executions, 'cell execution')}`),
    ...(header === undefined
      ? []
      : [
          row('Under', differsNext(state) ? under(header) : link(under(header), 'reprise.selectPolicy')),
          row('Environment', `${ranOn(header)}, ${recordedPinWords(header.pin?.lock)}`),
        ]),
    row('Randomness', link(drawWords(run), 'reprise.showRandomness')),
  ];
}

const SHOWN = 5;

function pinRows(state: NotebookState, pin: PinState): string[] {
  const drift = pinDriftOf(state);
  const words = link(pinWords(pin), 'reprise.showEnvironment');
  if (drift.length === 0) return [row('Pin', words)];
  const shown = drift.slice(0, SHOWN).map(driftPhrase).join('; ');
  const more = drift.length > SHOWN ? `; and ${drift.length - SHOWN} more` : '';
  return [row('Pin', words), row('The last run differs from it', `${shown}${more}`)];
}

/** "close 1.09×, full 1.31× of plain (3 runs each, 2026-01-01)". */
function costWords({ variants, times, measuredAt }: Cost): string {
  const ratios = variants
    .filter(({ name }) => name !== 'plain')
    .map(({ name, ratio, differs }) => `${name} ${ratio.toFixed(2)}×${differs ? '' : ' (within the noise)'}`);
  return `${ratios.join(', ')} of plain; ${plural(times, 'run')} each, ${measuredAt.slice(0, 10)}`;
}

function under({ policy, seed }: Header): string {
  return settingWords(policy, seed).join(', ');
}

function verdictSentence(state: NotebookState, run: RunState): string {
  if (run.verdict === undefined) return 'not replayed yet';
  const words = verdictWords(run.verdict);
  if (isChanged(state)) return `${words}, before the notebook was edited`;
  return isOutdated(run) ? `${words}, before the last cells ran` : words;
}

function endWords(run: RunState): string {
  const failed = failedCell(run);
  switch (run.status) {
    case 'running':
      return 'going on';
    case 'ok':
      return 'ended';
    case 'error':
      return failed === undefined
        ? 'ended at an error'
        : `cell ${failed.index} raised ${failed.ename ?? 'an error'}`;
    case 'cancelled':
      return 'cancelled';
    case 'died':
      return diedWords(run);
    case 'incomplete':
      return 'ended without a summary';
  }
}

function recordedPinWords(lock: string | undefined): string {
  return lock === undefined ? 'not pinned' : `pinned by ${lock}`;
}

function drawWords(run: RunState): string {
  const counted = (['unreached', 'enforced', 'seeded'] as const)
    .map((reach) => ({ reach, count: countDraws(run, reach) }))
    .filter(({ count }) => count > 0)
    .map(({ reach, count }) =>
      reach === 'unreached' ? unreachedWords(count) : `${plural(count, 'draw')} ${REACH_WORDS[reach]}`,
    );
  return counted.length === 0 ? 'none was used' : counted.join('; ');
}

function actions(hasRun: boolean): string {
  const after = [link('Replay Here', 'reprise.replayHere'), link('Show Report', 'reprise.showReport')];
  const always = [link('Run and Record All', 'reprise.runAll'), link('Set Seed', 'reprise.setSeed')];
  return [...(hasRun ? after : []), ...always].map(({ markdown }) => markdown).join(' · ');
}

type Link = { markdown: string };

function link(text: string, command: CommandId): Link {
  return { markdown: `[${escape(text)}](command:${command})` };
}

function row(title: string, value: string | Link): string {
  return `${title}: ${typeof value === 'string' ? escape(value) : value.markdown}`;
}

/** A record may hold anything: none of it is to become a link that runs a command. */
function escape(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-.!~<>|&$]/g, '\\$&');
}
