/** Takes up what went on in clusters before this window, each run as soon as nobody else follows it. */
import type { RunRef } from './followers';
import { type ClusterRunState, isOpen } from './states';

/** A process that still follows a run of an earlier window ends within this, or is another's. */
const LOOK_AGAIN_MS = 3_000;

export type ReattachingDeps = {
  /** As they are on the disk now. */
  states: () => readonly ClusterRunState[];
  /** Whether this window follows it already. */
  isFollowed: (ref: RunRef) => boolean;
  follow: (ref: RunRef) => Promise<void>;
  onError: (error: unknown) => void;
};

export class Reattaching {
  private readonly waiting = new Map<string, RunRef>();
  private lookingAgain: NodeJS.Timeout | undefined;
  private isDisposed = false;

  constructor(private readonly deps: ReattachingDeps) {}

  /** May be called again, such as once the workspace is trusted. */
  begin(): void {
    if (this.isDisposed) return;
    for (const { root, run } of this.deps.states().filter(isOpen))
      this.waiting.set(`${run} ${root}`, { root, run });
    this.takeUp();
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.lookingAgain);
  }

  private takeUp(): void {
    clearTimeout(this.lookingAgain);
    const { states, isFollowed, follow, onError } = this.deps;
    const known = states();
    for (const [key, ref] of this.waiting) {
      const state = known.find(({ root, run }) => root === ref.root && run === ref.run);
      const isToDo = state !== undefined && isOpen(state) && !isFollowed(ref);
      if (isToDo && state.isFollowedElsewhere) continue;
      this.waiting.delete(key);
      if (isToDo) follow(ref).catch(onError);
    }
    if (this.waiting.size > 0) this.lookingAgain = setTimeout(() => this.takeUp(), LOOK_AGAIN_MS);
  }
}
