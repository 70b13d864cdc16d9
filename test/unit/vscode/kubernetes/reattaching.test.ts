/** What went on in clusters before the window is taken up once, when nobody else follows it, and not after the window. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Store } from '../../../../src/lineage/store';
import { Reattaching } from '../../../../src/vscode/kubernetes/reattaching';
import { clusterRunsIn } from '../../../../src/vscode/kubernetes/states';
import { temporaryStore } from '../../lineage/build';
import { putFile, putTarget, RUN } from './sent';

const ENDED = '20260101-000000-aaaaaa';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class Window {
  readonly store: Store = temporaryStore();
  readonly followed: string[] = [];
  readonly errors: string[] = [];
  own: string | undefined;
  follow = (): Promise<void> => Promise.resolve();
  readonly reattaching = new Reattaching({
    states: () => clusterRunsIn(this.store.root),
    isFollowed: ({ run }) => run === this.own,
    follow: ({ run }) => {
      this.followed.push(run);
      return this.follow();
    },
    onError: (error) => void this.errors.push(String(error)),
  });
}

function windowWithOne(): Window {
  const window = new Window();
  putTarget(window.store);
  return window;
}

it('takes up what goes on, and leaves what has ended', () => {
  const window = windowWithOne();
  putTarget(window.store, { stage: 'cleaned' }, ENDED);
  window.reattaching.begin();
  expect(window.followed).toEqual([RUN]);
  expect(vi.getTimerCount()).toBe(0);
});

it('waits for a process that follows it, and takes it up once that has ended', () => {
  const window = windowWithOne();
  putFile(window.store, 'follower.json', { pid: process.pid });
  window.reattaching.begin();
  // As where the workspace is trusted meanwhile.
  window.reattaching.begin();
  vi.advanceTimersByTime(60_000);
  expect(window.followed).toEqual([]);
  expect(vi.getTimerCount()).toBe(1);
  rmSync(path.join(window.store.runFolder(RUN), 'follower.json'));
  vi.advanceTimersByTime(3_000);
  expect(window.followed).toEqual([RUN]);
  expect(vi.getTimerCount()).toBe(0);
});

it.each([
  ['has ended', ({ store }: Window) => putTarget(store, { stage: 'cancelled' })],
  ['is gone', ({ store }: Window) => rmSync(store.runFolder(RUN), { recursive: true })],
  ['is followed here by now', (window: Window) => void (window.own = RUN)],
])('waits no longer for what %s meanwhile', (_, happens) => {
  const window = windowWithOne();
  putFile(window.store, 'follower.json', { pid: process.pid });
  window.reattaching.begin();
  happens(window);
  vi.advanceTimersByTime(3_000);
  expect(window.followed).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

it('leaves no timer behind a closed window, and begins nothing in it', () => {
  const window = windowWithOne();
  putFile(window.store, 'follower.json', { pid: process.pid });
  window.reattaching.begin();
  window.reattaching.begin();
  window.reattaching.dispose();
  window.reattaching.begin();
  expect(vi.getTimerCount()).toBe(0);
});

it('logs why one could not be followed to its end', async () => {
  const window = windowWithOne();
  window.follow = () => Promise.reject(new Error('The notebook is gone.'));
  window.reattaching.begin();
  await vi.runAllTimersAsync();
  expect(window.errors).toEqual(['Error: The notebook is gone.']);
});
