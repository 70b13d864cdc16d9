/**
 * Draws README's picture of the report from a real run of an example, with the built command and a real browser:
 * `node scripts/demo/pages.mjs PYTHON` writes media/report-difference.png.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { ensureChromium } from '../editor/install.mjs';
import { root } from '../lib/checkout.mjs';

const [python] = process.argv.slice(2);
const folder = mkdtempSync(path.join(tmpdir(), 'reprise-pages-'));
const browser = await chromium.launch({ executablePath: await ensureChromium(), args: ['--no-sandbox'] });
try {
  cpSync(path.join(root, 'examples'), folder, { recursive: true });
  verify('time-feature.ipynb', path.join(folder, 'report.html'));
  const page = await browser.newPage({
    viewport: { width: 960, height: 760 },
    colorScheme: 'dark',
    deviceScaleFactor: 1.5,
  });
  await page.goto(pathToFileURL(path.join(folder, 'report.html')).href);
  await page.locator('.chain').waitFor();
  const closed = page.locator('.cells > li > details:not([open]) > summary');
  while ((await closed.count()) > 0) await closed.first().click();
  await page.mouse.move(0, 0);
  await page.evaluate(`document.querySelector('.cells .frame').closest('.cells > li').scrollIntoView()`);
  await page.screenshot({ path: path.join(root, 'media', 'report-difference.png') });
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

/** A verdict that is not good is what the picture is about. */
function verify(notebook, report) {
  const args = [
    'verify',
    notebook,
    '--report',
    report,
    ...(python === undefined ? [] : ['--python', python]),
  ];
  try {
    execFileSync(path.join(root, 'bin', 'reprise'), args, { cwd: folder, stdio: 'ignore' });
  } catch (error) {
    if (error.status !== 1) throw error;
  }
}
