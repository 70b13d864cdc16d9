/** Why a cluster could not be asked, with a button where one helps. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Ended } from '../commandLine';
import type { Editor, NotebookFile } from '../editor';
import { outcomeOf } from '../outcome';

const KUBECONFIG = 'Open Kubeconfig';
const TERMINAL = 'Open Terminal';
const PROFILES = 'Open reprise.yaml';
const ROLE = 'Show Role';
const LOG = 'Show Log';

/** Reason of an error document → what helps. */
const HELP: Record<string, string[]> = {
  'no-kubeconfig': [KUBECONFIG, TERMINAL],
  'no-context': [KUBECONFIG],
  credentials: [TERMINAL, KUBECONFIG],
  'cluster-unreachable': [TERMINAL, KUBECONFIG],
  'bad-profile': [PROFILES],
  forbidden: [ROLE],
};

/** Tells of a command that could not do its work; nothing of one that the user cancelled. */
export async function tellTrouble(editor: Editor, notebook: NotebookFile, ended: Ended): Promise<void> {
  if (ended.code === 130) return;
  const { severity, message } = outcomeOf(ended);
  if (!ended.said.includes(message)) editor.log.error(message);
  const kubeconfig = kubeconfigFile(editor.installation.home);
  const help = HELP[reasonOf(ended) ?? ''] ?? [LOG];
  const buttons = help.filter((button) => button !== KUBECONFIG || kubeconfig !== undefined);
  const actions: Record<string, () => Promise<void> | void> = {
    [KUBECONFIG]: () => editor.openFile(kubeconfig!),
    [TERMINAL]: () => editor.execute('workbench.action.terminal.new'),
    [PROFILES]: () => editor.openFile(profilesFile(notebook)),
    [ROLE]: () => editor.execute('reprise.showRole'),
    [LOG]: () => editor.log.show(),
  };
  // A notification shows no Markdown.
  const said = `${notebook.name}: ${message.replaceAll('`', '')}`;
  const pressed = await editor.notify(severity, said, ...buttons);
  await actions[pressed ?? '']?.();
}

function reasonOf({ document }: Ended): string | undefined {
  const { reason } = (document ?? {}) as { reason?: unknown };
  return typeof reason === 'string' ? reason : undefined;
}

/** The file that kubectl would read, where it is there. */
export function kubeconfigFile(home: string, named = process.env['KUBECONFIG']): string | undefined {
  const files = named ? named.split(path.delimiter) : [path.join(home, '.kube', 'config')];
  return files.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}

/** The nearest one from the notebook's folder up to the root, as the command line finds it. */
function profilesFile({ folder, root }: NotebookFile): string {
  for (let at = folder; ; at = path.dirname(at)) {
    const file = path.join(at, 'reprise.yaml');
    if (existsSync(file) || at === root || path.dirname(at) === at) return file;
  }
}
