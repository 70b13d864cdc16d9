/** A run in the tree *Replays*: what it says of itself, and what can be done with it. */
import path from 'node:path';
import { plain } from '../../cluster/words/observed';
import { plural } from '../../replay/words';
import { type Level, verdictWords } from '../status/words';
import type { Live, RunRef } from './followers';
import { type ClusterRunState, isOpen } from './states';

export type Row = RunRef & {
  label: string;
  description: string;
  tooltip: string;
  /** For a screen reader. */
  spoken: string;
  /** Of VS Code's own icons, and one of its colours. */
  icon: { id: string; color?: string };
  /** What menus go by. */
  kind: RowKind;
};

/** `followed` here; `open`: nobody here waits for it; `judged`: it has a report; `ended` without one. */
export type RowKind = 'followed' | 'open' | 'judged' | 'ended';

type Said = { kind: RowKind; words: string; icon: Row['icon'] };

/** Texts in the state may be anybody's: each is on one line, and none turns what stands around it. */
export function rowOf(state: ClusterRunState, live: Live | undefined, now: number): Row {
  const { root, run, notebook, replayOf } = state;
  const { kind, words, icon } = said(state, live);
  const what = replayOf === undefined ? 'run' : 'replay';
  const name = plain(path.posix.basename(notebook)) || run;
  const parts = [what, plain(words), ageWords(now - state.submittedAt)].filter((part) => part !== '');
  const notice = live?.cell === undefined ? live?.notice : undefined;
  return {
    root,
    run,
    label: name,
    description: parts.join(' · '),
    tooltip: [plain(notebook), parts.join(', '), plain(notice ?? ''), run]
      .filter((line) => line !== '')
      .join('\n'),
    spoken: [name, ...parts].join(', '),
    icon,
    kind,
  };
}

function said(state: ClusterRunState, live: Live | undefined): Said {
  if (live !== undefined) {
    const words = live.cell === undefined ? 'waiting' : `cell ${live.cell.number} of ${live.cell.of}`;
    return { kind: 'followed', words, icon: { id: 'sync~spin' } };
  }
  const { stage, status, verdict, isFollowedElsewhere } = state;
  if (isOpen(state)) {
    const words = isFollowedElsewhere ? 'followed in another window or terminal' : 'goes on in the cluster';
    return { kind: 'open', words, icon: { id: 'cloud' } };
  }
  if (stage === 'cancelled') return { kind: 'ended', words: 'cancelled', icon: { id: 'circle-slash' } };
  if (verdict !== undefined)
    return { kind: 'judged', words: verdictWords(verdict), icon: VERDICT_ICONS[levelOf(verdict.verdict)] };
  switch (status) {
    case undefined:
      return {
        kind: 'ended',
        words: 'ended without results',
        icon: { id: 'error', color: 'testing.iconFailed' },
      };
    case 'ok':
      return { kind: 'judged', words: 'ran to its end', icon: { id: 'check' } };
    case 'error':
      return {
        kind: 'judged',
        words: 'a cell raised',
        icon: { id: 'warning', color: 'list.warningForeground' },
      };
    case 'cancelled':
      return { kind: 'judged', words: 'cancelled', icon: { id: 'circle-slash' } };
    case 'died':
      return { kind: 'judged', words: 'kernel died', icon: { id: 'error', color: 'testing.iconFailed' } };
  }
}

const VERDICT_ICONS: Record<'good' | 'unsure' | 'bad', Row['icon']> = {
  good: { id: 'pass', color: 'testing.iconPassed' },
  unsure: { id: 'question' },
  bad: { id: 'error', color: 'testing.iconFailed' },
};

function levelOf(
  verdict: NonNullable<ClusterRunState['verdict']>['verdict'],
): Extract<Level, 'good' | 'unsure' | 'bad'> {
  if (verdict === 'different') return 'bad';
  return verdict === 'unverifiable' ? 'unsure' : 'good';
}

/** "now", "5 min ago", "3 h ago", "2 days ago". */
export function ageWords(ms: number): string {
  if (Number.isNaN(ms)) return '';
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${plural(Math.floor(hours / 24), 'day')} ago`;
}
