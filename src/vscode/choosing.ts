/** Writes what the user chooses for a notebook into its sidecar, and says from when on it holds. */
import type { Policy } from '../determinism/policy';
import { SidecarError, sidecarPath } from '../notebook/sidecar';
import type { Editor, NotebookFile } from './editor';
import type { Chosen } from './sidecars';

export type Present = { policy: Policy; seed: 'fresh' | number };

export async function chooseSetting(
  editor: Editor,
  choose: (notebook: NotebookFile, present: Present) => Promise<(Chosen & { words: string }) | undefined>,
): Promise<void> {
  const notebook = editor.notebookFile();
  if (notebook === undefined) return;
  const present = await guard(editor, notebook, () => editor.sidecars.settingsOf(notebook.path));
  if (present === undefined) return;
  const chosen = await choose(notebook, present);
  if (chosen === undefined) return;
  const { words, ...settings } = chosen;
  if (!(await guard(editor, notebook, () => editor.sidecars.change(notebook.path, settings)))) return;
  await editor.runs.refresh(notebook.uri);
  await tellFromWhen(editor, notebook, words);
}

/** A kernel lives under the policy and seed it was started with. */
async function tellFromWhen(editor: Editor, { uri, name }: NotebookFile, words: string): Promise<void> {
  const { kernels, runs } = editor;
  if (kernels.liveRunOf(uri) !== undefined) {
    const button = 'Restart Kernel';
    const message = `${name} has ${words} from its next kernel on. Restart it to begin now; its variables are lost.`;
    if ((await editor.notify('information', message, button)) === button) await kernels.restart(uri);
    return;
  }
  const { run } = runs.stateOf(uri);
  if (run?.status !== 'running' || run.header?.starter !== 'agent') return;
  const button = 'Install Kernelspec';
  const message = `${name} has ${words}. Its installed kernel keeps what it was installed with until it is installed again.`;
  if ((await editor.notify('information', message, button)) === button)
    await editor.execute('reprise.installKernelspec');
}

async function guard<T>(editor: Editor, notebook: NotebookFile, work: () => T): Promise<T | undefined> {
  try {
    return work();
  } catch (error) {
    await tellProblem(editor, notebook, error);
    return undefined;
  }
}

async function tellProblem(editor: Editor, { name, path }: NotebookFile, error: unknown): Promise<void> {
  const [button, why] =
    error instanceof SidecarError
      ? ['Open', `${error.message} It was left as it is; correct it, then choose again.`]
      : [
          'Show Log',
          `The settings could not be written (${codeOf(error)}). Make the notebook's folder writable.`,
        ];
  const pressed = await editor.notify('error', `${name}: ${why}`, button);
  if (pressed === 'Open') await editor.openFile(sidecarPath(path));
  else if (pressed !== undefined) editor.log.show();
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
}
