/** Sends a run or a replay to a cluster, and shows how it gets on until it has ended or the user looks away. */
import type { Editor, NotebookFile, Report } from '../editor';
import { isReady, type Sending } from './checking';
import { choosePlace } from './choosing';
import type { Live, RunRef } from './followers';
import { flagsOf } from './place';
import { tellTrouble } from './trouble';

export async function send(editor: Editor, notebook: NotebookFile, asked: Sending): Promise<void> {
  const place = await choosePlace(editor, notebook);
  if (place === undefined) return;
  const sending = { ...asked, args: [...asked.args, '--target', 'kubernetes', ...flagsOf(place)] };
  if (!(await isReady(editor, notebook, sending))) return;

  const title = `${asked.args[0] === 'replay' ? 'Replaying' : 'Running'} ${notebook.name} on Kubernetes`;
  const sent = await editor.withProgress(title, async (report, signal) => {
    const run = await submit(editor, notebook, sending, report);
    if (run === undefined) return undefined;
    const ref = { root: notebook.root, run };
    const ended = editor.clusterRuns.follow(ref, (live) => report(liveWords(live), fractionOf(live)));
    return { ref, hasEnded: await isFirst(ended, signal) };
  });
  if (sent !== undefined && !sent.hasEnded) await askWhether(editor, notebook, sent.ref);
}

/** @returns id of the run, once the cluster has it */
async function submit(
  editor: Editor,
  notebook: NotebookFile,
  { args, folder }: Sending,
  report: Report,
): Promise<string | undefined> {
  editor.log.info(`reprise ${args.join(' ')}`);
  report('sending …', 0);
  // Not cancelled half-way: what was sent is told, and can then be taken away.
  const ended = await editor.commandLine.run({
    args: [...args, '--detach'],
    folder,
    onEvent: (event) => {
      if (event.event === 'notice') editor.log.info(event.notice);
    },
    onSaid: (line) => editor.log.info(line),
  });
  const { run } = (ended.document ?? {}) as { run?: unknown };
  if (ended.code === 0 && typeof run === 'string') return run;
  // The progress ends now, and a notification may stay for as long as nobody presses anything.
  void tellTrouble(editor, notebook, ended).catch((error: unknown) => editor.log.error(String(error)));
  return undefined;
}

/** "cell 2 (3 of 7)", or what it waits for. */
export function liveWords({ cell, notice }: Live): string {
  if (cell !== undefined) return `cell ${cell.index} (${cell.number} of ${cell.of})`;
  return notice ?? 'waiting for the cluster …';
}

function fractionOf({ cell }: Live): number {
  return cell === undefined ? 0 : (cell.number - 1) / cell.of;
}

/** Whether `work` ends before the user looks away. */
async function isFirst(work: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const away = new Promise<false>((resolve) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
  return Promise.race([work.then(() => true), away]);
}

const LEAVE = 'Leave It Running';
const CANCEL = 'Cancel It';

async function askWhether(editor: Editor, { name }: NotebookFile, ref: RunRef): Promise<void> {
  const message = `${name} goes on in the cluster. Leave it running, and the verdict comes when it has ended; or cancel it, and what it computed so far is lost.`;
  if ((await editor.notify('information', message, LEAVE, CANCEL)) === CANCEL)
    await editor.clusterRuns.cancel(ref);
}
