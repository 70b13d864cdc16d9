import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator } from 'playwright-core';
import type { Window } from './window';

const ATTEMPTS = 6;
const PATIENCE_MS = 5000;

/**
 * Types into the list that is open, and takes what is in focus once it is this. All at once, when the list has the focus:
 * another one that closes meanwhile gives it back to the notebook, and what is typed would land in a cell.
 */
export async function choose({ page }: Window, text: string, timeout = 30_000): Promise<void> {
  const list = page.locator('.quick-input-widget');
  await list.waitFor();
  await list.locator('.quick-input-box input:focus').waitFor();
  await page.keyboard.insertText(text);
  const focused = list.locator('.monaco-list-row.focused').getByText(text, { exact: false });
  await focused.first().waitFor({ timeout });
  await page.keyboard.press('Enter');
}

/**
 * Runs a command by its title. The palette holds what fits at the moment when it is opened: a moment too early for
 * a notebook that is still opening, it lacks the commands of notebooks, and a person would open it again.
 */
export function command(window: Window, title: string): Promise<void> {
  return again(window, async () => {
    await window.page.keyboard.press('F1');
    await choose(window, title, PATIENCE_MS);
  });
}

/** Opens the quick fixes at the cursor until this one is among them: a finding told meanwhile closes the list. */
export async function quickFix(window: Window, text: string | RegExp): Promise<Locator> {
  const fix = window.page.locator('.action-widget').getByText(text);
  await again(window, async () => {
    await window.page.keyboard.press('Control+.');
    await fix.waitFor({ timeout: PATIENCE_MS });
  });
  return fix;
}

async function again({ page }: Window, attempt: () => Promise<void>): Promise<void> {
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      if (n === ATTEMPTS) throw error;
      await page.keyboard.press('Escape');
      await sleep(500);
    }
  }
}
