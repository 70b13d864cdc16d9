/** Pins and restores with the `reprise` command, under a notification that shows each step and can be cancelled. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readRequirements } from '../environment/requirements';
import type { Pin } from '../notebook/sidecar';
import { sidecarPath } from '../notebook/sidecar';
import { kernelWords, plural } from '../replay/words';
import type { Choice, Editor, NotebookFile } from './editor';
import { outcomeOf } from './outcome';

type PinDocument = { pin: Pin; packages: number; notices: string[] };

/** What the notebook's environment is locked from: an interpreter, or a file that says what is needed. */
export type Source = { python: string } | { python: string; from: string };

/** What there is to lock the environment of a notebook from. @param python whose packages could be pinned */
export function sourcesFor(notebook: NotebookFile, python: string, home: string): Choice<Source>[] {
  const folders = [...new Set([notebook.folder, notebook.root])];
  const files = ['requirements.txt', 'pyproject.toml'].flatMap((name) => {
    const found = folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
    return found === undefined || !says(found) ? [] : [found];
  });
  const needs = 'lock the newest wheels that it allows';
  return [
    {
      label: 'What is installed',
      description: `in ${python.replace(home, '~')}`,
      detail: 'lock these very versions, wheel by wheel; names the project’s own lock where that agrees',
      value: { python },
    },
    ...files.map((from) => ({
      label: path.relative(notebook.folder, from) || path.basename(from),
      detail: needs,
      value: { python, from },
    })),
    ...(says(notebook.path)
      ? [
          {
            label: 'The block in the notebook',
            description: '# /// script',
            detail: needs,
            value: { python, from: notebook.path },
          },
        ]
      : []),
  ];
}

/** @param args what is given to `reprise pin` besides the notebook @returns whether it is pinned now */
export async function pin(editor: Editor, notebook: NotebookFile, args: string[]): Promise<boolean> {
  const ended = await run(editor, notebook, `Pinning ${notebook.name}`, ['pin', notebook.path, ...args]);
  if (ended === undefined) return false;
  const { pin: made, packages, notices } = ended as PinDocument;
  for (const notice of notices) editor.log.info(notice);
  const lock = path.resolve(notebook.folder, made.lock);
  const { python, javascript } = made;
  const on = javascript === undefined ? `Python ${python}` : kernelWords(javascript);
  const what = `${notebook.name} is pinned to ${made.lock} (${plural(packages, 'package')}, ${on}).`;
  const more = notices.length > 0 ? ` ${notices.join(' ')}` : '';
  void tellPinned(editor, notebook, `${what} ${commitWords(notebook, made)}${more}`, lock);
  return true;
}

async function tellPinned(
  editor: Editor,
  { uri }: NotebookFile,
  message: string,
  lock: string,
): Promise<void> {
  const restart = editor.kernels.liveRunOf(uri) === undefined ? [] : ['Restart Kernel'];
  const pressed = await editor.notify('information', message, 'Open Lock', ...restart);
  if (pressed === 'Open Lock') await editor.openFile(lock);
  else if (pressed !== undefined) await editor.execute('reprise.restart');
}

/** Locks packages besides those of the pin, builds what comes of it, and asks before the kernel starts on that. */
export async function add(editor: Editor, notebook: NotebookFile, packages: string[]): Promise<void> {
  const { name, path: file, uri } = notebook;
  const args = ['pin', file, '--add', ...packages];
  const ended = await run(editor, notebook, `Adding ${packages.join(', ')} to the pin of ${name}`, args);
  if (ended === undefined) return;
  const { pin: made, packages: count } = ended as PinDocument;
  const title = `Restoring the environment of ${name}`;
  if ((await run(editor, notebook, title, ['restore', file])) === undefined) return;
  const what = `${packages.join(', ')} is in the pin of ${name} now (${plural(count, 'package')}). ${commitWords(notebook, made)}`;
  void offerRestart(editor, uri, what).catch((error: unknown) => editor.log.error(String(error)));
}

async function offerRestart(editor: Editor, uri: string, what: string): Promise<void> {
  const isLive = editor.kernels.liveRunOf(uri) !== undefined;
  const button = 'Restart Kernel';
  const message = isLive ? `${what} Restart the kernel to use it; its variables are lost.` : what;
  const pressed = await editor.notify('information', message, ...(isLive ? [button] : []));
  if (pressed === button) await editor.kernels.restart(uri);
}

function commitWords({ path: file }: NotebookFile, { lock, javascript }: Pin): string {
  // The lock of a project in JavaScript is not ours, and as a rule in git already.
  if (javascript !== undefined) return `Commit ${path.basename(sidecarPath(file))}.`;
  return `Commit ${lock} and ${path.basename(sidecarPath(file))}.`;
}

/** Builds the environment of the pin where it is absent, and anew where files of it were edited. */
export async function restore(editor: Editor, notebook: NotebookFile): Promise<boolean> {
  const title = `Restoring the environment of ${notebook.name}`;
  const ended = await run(editor, notebook, title, ['restore', notebook.path]);
  if (ended === undefined) return false;
  const { built, lock } = ended as { built: boolean; lock: string };
  const how = built ? `was built from ${lock}` : `of ${lock} is there already, as it was installed`;
  void editor.notify(
    'information',
    `The environment ${how}. ${notebook.name} runs in it from its next kernel on.`,
  );
  return true;
}

/** @returns the document that it printed; undefined where it was cancelled or failed, and the user was told */
async function run(
  editor: Editor,
  notebook: NotebookFile,
  title: string,
  args: string[],
): Promise<object | undefined> {
  editor.log.info(`reprise ${args.join(' ')}`);
  const ended = await editor.withProgress(title, (report, signal) =>
    editor.commandLine.run({
      args,
      folder: notebook.folder,
      onStep: (what) => {
        editor.log.info(what);
        report(`${what} …`);
      },
      signal,
    }),
  );
  await editor.runs.refresh(notebook.uri);
  if (ended.code === 0 && ended.document !== undefined) return ended.document as object;
  if (ended.code !== 130) void tellFailed(editor, notebook, outcomeOf(ended).message);
  return undefined;
}

async function tellFailed(editor: Editor, { name }: NotebookFile, message: string): Promise<void> {
  editor.log.error(message);
  if ((await editor.notify('error', `${name}: ${message}`, 'Show Log')) !== undefined) editor.log.show();
}

/** Whether a file says what is needed, in a way that can be read. */
function says(file: string): boolean {
  try {
    readRequirements(readFileSync(file, 'utf8'), path.basename(file));
    return true;
  } catch {
    return false;
  }
}
