/** The pages about notebooks, reports and lineage, which show at once what else is known. */
import * as vscode from 'vscode';
import type { Editor, Services } from './editor';
import type { Follower } from './follow/follower';
import { Lineages } from './lineages';
import { refreshReports, reportPanels } from './reporting';
import type { Staleness } from './stale/staleness';

export type Pages = vscode.Disposable & { services: Pick<Services, 'reports' | 'lineage'> };

/** @param deps.editor as a command has it that is called without a notebook */
export function openPages(
  extension: vscode.Uri,
  { runs, stale, editor }: { runs: Follower; stale: Staleness; editor: () => Editor },
): Pages {
  const reports = reportPanels(extension, editor);
  const lineage = new Lineages(extension, { stale, runs, editor });
  const refreshLineage = (uri: string): void => lineage.refresh(uri);
  const all = vscode.Disposable.from(
    reports.register(),
    lineage.register(),
    runs.onDidChange((uri) => refreshReports(reports, uri)),
    runs.onDidChange(refreshLineage),
    stale.onDidChange(refreshLineage),
  );
  return { services: { reports, lineage }, dispose: () => void all.dispose() };
}
