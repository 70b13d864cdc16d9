/** The runs in clusters that this window follows: one `reprise attach` each, however many look at it. */
import type { CommandLine, Ended, SaidEvent } from '../commandLine';
import type { Log } from '../log';

/** A run of a root. */
export type RunRef = { root: string; run: string };

/** What is known of a followed run at this moment. */
export type Live = {
  /** The one that runs, or ran last. `number` counts from 1. */
  cell?: { index: number; number: number; of: number };
  /** What is waited for, in a sentence of the cluster's or ours. */
  notice?: string;
};

type Following = { live: Live; stop: AbortController; ended: Promise<void>; watchers: Set<OnLive> };

type OnLive = (live: Live) => void;

export type FollowersDeps = {
  commandLine: Pick<CommandLine, 'run'>;
  log: Log;
  /** Told of each change of what is known of a run. */
  onChange: () => void;
  /** Told how a followed run ended; not of one whose end was asked for here. */
  onEnd: (ref: RunRef, ended: Ended) => Promise<void>;
};

export class Followers {
  private readonly following = new Map<string, Following>();

  constructor(private readonly deps: FollowersDeps) {}

  liveOf(ref: RunRef): Live | undefined {
    return this.following.get(keyOf(ref))?.live;
  }

  /** Resolves when the run has ended, and the user is told what came of it. */
  follow(ref: RunRef, onLive?: OnLive): Promise<void> {
    const known = this.following.get(keyOf(ref)) ?? this.begin(ref);
    if (onLive !== undefined) {
      known.watchers.add(onLive);
      onLive(known.live);
    }
    return known.ended;
  }

  /** No longer looks at it; it goes on in the cluster. */
  async leave(ref: RunRef): Promise<void> {
    const following = this.following.get(keyOf(ref));
    following?.stop.abort();
    await following?.ended;
  }

  private begin(ref: RunRef): Following {
    const following: Following = {
      live: {},
      stop: new AbortController(),
      ended: Promise.resolve(),
      watchers: new Set(),
    };
    this.following.set(keyOf(ref), following);
    following.ended = this.attach(ref, following);
    this.deps.onChange();
    return following;
  }

  private async attach({ root, run }: RunRef, following: Following): Promise<void> {
    const { commandLine, log, onChange, onEnd } = this.deps;
    const { signal } = following.stop;
    log.info(`reprise attach ${run}`);
    const attached = commandLine.run({
      args: ['attach', run],
      folder: root,
      onEvent: (event) => {
        following.live = liveAfter(following.live, event);
        if (event.event === 'notice') log.info(`${run}: ${event.notice}`);
        for (const tell of following.watchers) tell(following.live);
        onChange();
      },
      onSaid: (line) => log.info(`${run}: ${line}`),
      signal,
    });
    const ended = await attached.finally(() => {
      this.following.delete(keyOf({ root, run }));
      onChange();
    });
    if (!signal.aborted) await onEnd({ root, run }, ended);
  }
}

/** Pure. */
export function liveAfter(live: Live, event: SaidEvent): Live {
  switch (event.event) {
    case 'cell-start': {
      const { index, number, of } = event;
      return { cell: { index, number, of } };
    }
    case 'notice':
      return { ...live, notice: event.notice };
    default:
      return live;
  }
}

function keyOf({ root, run }: RunRef): string {
  return `${run} ${root}`;
}
