/** `--report FILE`: a judgement as one HTML file that a browser opens by itself. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../notebook/failure';
import type { Store } from '../lineage/store';
import type { Judgement } from '../replay/documents';
import { judgedReport } from '../replay/report/document';
import { reportHtml } from '../replay/report/page';
import type { Side } from '../replay/compare/side';
import type { Terminal } from './terminal';

export type ReportFlags = { report?: string };

export function reportOption(command: Command): Command {
  return command.option(
    '--report <file>',
    'also write the report as one HTML file, which holds all that it shows',
  );
}

/**
 * @param sides of what was judged, where these are not runs of the store
 * @throws Failure `no-report` where the file cannot be written
 */
export function writeReport(
  terminal: Terminal,
  { report: file }: ReportFlags,
  store: Store,
  judgement: Judgement,
  sides: readonly Side[] = [],
): void {
  if (file === undefined) return;
  const report = judgedReport(store, judgement, sides);
  const html = reportHtml({
    ...pageAssets('report'),
    nonce: randomBytes(16).toString('hex'),
    message: { type: 'show', report, actions: [] },
  });
  try {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    writeFileSync(file, html);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failure(
      'usage',
      'no-report',
      `The report could not be written to ${file} (${why}). The verdict is kept.`,
    );
  }
  terminal.tell(`Report: ${file}`);
}

/** Script and styles of a page, which the build puts beside this bundle. */
export function pageAssets(name: string): { script: { text: string }; styles: { text: string }[] } {
  const text = (file: string): { text: string } => ({ text: readFileSync(join(__dirname, file), 'utf8') });
  return { script: text(`${name}.js`), styles: [text('theme.css'), text(`${name}.css`)] };
}
