/** The start of a kernel as the user sees it: progress when it takes a while, and a way to cancel. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../../notebook/failure';

/** A start that is quicker than this shows nothing but the waiting cell. */
const SHOWN_AFTER_MS = 1500;

export type Starting = { done: Promise<void>; abort(): void };

export function startWithProgress(
  notebook: vscode.NotebookDocument,
  start: (signal: AbortSignal, onStep: (what: string) => void) => Promise<void>,
): Starting {
  const controller = new AbortController();
  let step: string | undefined;
  let shown: vscode.Progress<{ message?: string }> | undefined;
  const onStep = (what: string): void => {
    step = what;
    shown?.report({ message: what });
  };
  const done = start(controller.signal, onStep).catch((error: unknown) => {
    throw controller.signal.aborted
      ? new Failure('infrastructure', 'cancelled', 'Cancelled. Nothing ran.')
      : error;
  });
  const abort = (): void => controller.abort();
  const settled = done.catch(() => undefined);
  const timer = setTimeout(() => void show(), SHOWN_AFTER_MS);
  void settled.then(() => clearTimeout(timer));
  const show = (): Thenable<void> =>
    vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: `Starting the kernel of ${basename(notebook.uri.path)}`,
        cancellable: true,
      },
      async (progress, token) => {
        shown = progress;
        if (step !== undefined) onStep(step);
        token.onCancellationRequested(abort);
        await settled;
      },
    );
  return { done, abort };
}
