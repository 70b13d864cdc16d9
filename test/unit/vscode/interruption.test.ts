import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AGAIN_MS, Interruption, OFFER_MS } from '../../../src/vscode/kernels/interruption';

let busy: boolean;
let sent: number;
let offered: number;
let interruption: Interruption;

beforeEach(() => {
  vi.useFakeTimers();
  [busy, sent, offered] = [true, 0, 0];
  interruption = new Interruption({
    isBusy: () => busy,
    send: () => Promise.resolve(void sent++),
    offerRestart: () => Promise.resolve(void offered++),
  });
});
afterEach(() => vi.useRealTimers());

it('interrupts once a cell that stops', async () => {
  await interruption.press();
  busy = false;
  interruption.settle();
  await vi.advanceTimersByTimeAsync(OFFER_MS * 2);
  expect([sent, offered]).toEqual([1, 0]);
});

it('interrupts again a cell that caught the first, then offers a restart', async () => {
  await interruption.press();
  await vi.advanceTimersByTimeAsync(AGAIN_MS + 1);
  expect([sent, offered]).toEqual([2, 0]);
  await vi.advanceTimersByTimeAsync(OFFER_MS);
  expect([sent, offered]).toEqual([2, 1]);
});

it('interrupts with every press', async () => {
  await interruption.press();
  await interruption.press();
  await interruption.press();
  expect(sent).toBe(3);
});
