import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { installedReprise } from '../support/checks';
import { Desktop, NoDesktop } from '../support/desktop';
import { examples } from '../support/folders';
import { optional } from '../../optional';

// A download takes as long as the network lets it.
const PATIENCE_MS = 600_000;

it('has Reprise at work in a desktop VS Code too', { timeout: PATIENCE_MS }, async (context) => {
  const folder = examples();
  const desktop = await Desktop.start(folder).catch((error: unknown) => {
    if (error instanceof NoDesktop) return optional(context, error.message);
    throw error;
  });
  onTestFinished(() => desktop.stop());
  const uri = await desktop.openNotebook(path.join(folder, 'wine-study.ipynb'));
  const reprise = await installedReprise(desktop);
  expect(reprise.active).toBe(true);
  expect(reprise.missing).toEqual([]);
  expect((await desktop.cellOutputs(uri)).length).toBeGreaterThan(0);
});
