/** Opens the report page in a real browser: as a file of its own, or as the editor does it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import type { FromPage, ReportDocument, ToPage } from '../../src/replay/report/report';
import { reportHtml } from '../../src/replay/report/page';

declare module 'vitest' {
  export interface ProvidedContext {
    chromium: string;
  }
}

export const DIST = path.resolve(__dirname, '../../dist');
const ADDRESS = 'http://report.test/';

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: inject('chromium'), args: ['--no-sandbox'] });
});

afterAll(() => browser.close());

/** A report that is open, and everything that went wrong in it. */
export class Opened {
  readonly problems: string[] = [];
  /** Addresses that the page asked for, its own left out. */
  readonly requests: string[] = [];

  constructor(readonly page: Page) {
    page.on('dialog', (dialog) => {
      this.problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!/^(data:|blob:)/.test(request.url()) && request.url() !== ADDRESS)
        this.requests.push(request.url());
    });
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.problems.push(message.text());
    });
  }

  /** What the page asked of the editor, `ready` left out. */
  async asked(): Promise<FromPage[]> {
    const all = await this.page.evaluate<FromPage[]>('posted');
    return all.filter(({ type }) => type !== 'ready');
  }

  send(message: ToPage): Promise<void> {
    return this.page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
  }

  /** The key of what has the focus; '' where that has none. */
  focus(): Promise<string> {
    return this.page.evaluate(`document.activeElement?.getAttribute('data-key') ?? ''`);
  }

  /** Findings of axe-core, each with the first element it is about. */
  async axe(): Promise<string[]> {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate<axe.AxeResults>('axe.run(document)');
    return violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html ?? ''}`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}

/** As a file that a plain browser opens: it holds its report, and there is no editor to ask. */
export async function openFile(report: ReportDocument): Promise<Opened> {
  const html = page({ type: 'show', report, actions: [] });
  const opened = await openPage(html);
  await opened.page.goto(ADDRESS);
  return opened;
}

/**
 * As in the editor: the page says that it is ready and is sent its report; what it asks for is noted.
 * @param kept what a page before it had kept
 */
export async function openInEditor(message: ToPage, kept: unknown = null): Promise<Opened> {
  const opened = await openHtml(page(), message, { kept });
  await opened.page.locator('h1').waitFor();
  return opened;
}

/**
 * Any page of ours.
 * @param message what an editor sends it once it is ready; without one there is no editor
 */
export async function openHtml(
  html: string,
  message?: unknown,
  { kept = null, javaScriptEnabled = true }: { kept?: unknown; javaScriptEnabled?: boolean } = {},
): Promise<Opened> {
  const opened = await openPage(html, javaScriptEnabled);
  if (message !== undefined)
    await opened.page.addInitScript({
      content: `
        window.posted = [];
        window.state = ${JSON.stringify(kept)};
        window.acquireVsCodeApi = () => ({
          postMessage: (message) => {
            posted.push(message);
            if (message.type === 'ready') window.postMessage(${JSON.stringify(message)}, '*');
          },
          setState: (state) => { window.state = state; },
          getState: () => window.state,
        });`,
    });
  await opened.page.goto(ADDRESS);
  return opened;
}

export async function using(opened: Promise<Opened>, work: (opened: Opened) => Promise<void>): Promise<void> {
  const open = await opened;
  try {
    await work(open);
    expect(open.problems).toEqual([]);
  } finally {
    await open.close();
  }
}

export function shown(report: ReportDocument): ToPage {
  return {
    type: 'show',
    report,
    actions: ['replay', 'record', 'cell'],
    state: { root: '/home/reader/study', run: report.run },
  };
}

function page(message?: ToPage): string {
  const text = (name: string): { text: string } => ({ text: readFileSync(path.join(DIST, name), 'utf8') });
  const parts = { script: text('report.js'), styles: [text('theme.css'), text('report.css')], nonce: 'f00d' };
  return reportHtml(message === undefined ? parts : { ...parts, message });
}

async function openPage(html: string, javaScriptEnabled = true): Promise<Opened> {
  const context = await browser.newContext({
    javaScriptEnabled,
    viewport: { width: 900, height: 800 },
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  await context.route('**', (route) =>
    route.request().url() === ADDRESS
      ? route.fulfill({ contentType: 'text/html', body: html })
      : route.abort(),
  );
  context.setDefaultTimeout(10_000);
  return new Opened(await context.newPage());
}
