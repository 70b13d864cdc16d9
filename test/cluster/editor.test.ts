/** From a button in a real VS Code to the verdict of a real cluster, as a user with the documented rights alone. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Editor } from '../editor/support/editor';
import { folderWith } from '../editor/support/folders';
import { closeAndCount, startEditor } from '../editor/support/kernels';
import { NotebookPage } from '../editor/support/notebook';
import { choose as chooseNext, command as run } from '../editor/support/palette';
import '../editor/support/setup';
import type { Window } from '../editor/support/window';
import { image } from './support/cluster';
import { objectsLeft, restrictedNamespace, type TestNamespace } from './support/namespace';
import { createUser, RULES, type User } from './support/user';

const STUDY = [
  'import numpy as np\nrng = np.random.default_rng()',
  'weights = rng.normal(size=1000)',
  'print(f"mean {weights.mean():.12f}")',
];
/** In a pod its second cell takes as long as this; here it takes no time. */
const slow = (seconds: number) => [
  STUDY[0]!,
  `import os, time\ntime.sleep(${seconds} if os.path.exists("/work/root") else 0)`,
  'print(rng.random())',
];
const MINE = 'app.kubernetes.io/managed-by=reprise';
const POD = { timeout: 60_000 };

let namespace: TestNamespace;
let users: User[];
let editor: Editor;
let window: Window;
let folder: string;
/** Not in the folder: the editor has it in its environment, and would count as one of the folder's processes. */
let home: string;
beforeAll(async () => {
  namespace = await restrictedNamespace();
  const rules = RULES.filter(({ resources }) => !resources?.includes('pods/exec'));
  users = [await createUser(namespace.name), await createUser(namespace.name, { name: 'lesser', rules })];
  folder = folderWith({ 'study.ipynb': STUDY, 'slow.ipynb': slow(8), 'endless.ipynb': slow(600) });
  home = mkdtempSync(path.join(tmpdir(), 'reprise-home-'));
  const kubeconfig = path.join(home, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigOf(users), { mode: 0o600 });
  writeFileSync(
    path.join(folder, 'reprise.yaml'),
    `profiles:\n  team: { image: '${image}', cpu: 1, memory: 512Mi, context: lab, gpu: { count: 1 } }\n`,
  );
  editor = await startEditor({ env: { KUBECONFIG: kubeconfig } });
  window = await editor.openWindow(folder);
});
afterAll(async () => {
  await closeAndCount(editor, folder);
  for (const user of users) user.remove();
  rmSync(home, { recursive: true, force: true });
  await namespace.remove();
});

/** Contexts `lab`, of a user with every right, `lesser`, and `plugin`, whose credentials come from a program that is not there. */
function kubeconfigOf([lab, lesser]: User[]): string {
  type Kubeconfig = Record<'contexts' | 'users' | 'clusters', { name: string; context?: object }[]>;
  const read = (user: User) => JSON.parse(readFileSync(user.kubeconfig, 'utf8')) as Kubeconfig;
  const [of, ofLesser] = [read(lab!), read(lesser!)];
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'no-such-plugin',
    interactiveMode: 'Never',
  };
  const context = (name: string, user: string) => ({
    name,
    context: { ...of.contexts[0]!.context, user },
  });
  return JSON.stringify({
    ...of,
    users: [...of.users, ...ofLesser.users, { name: 'plugged', user: { exec } }],
    contexts: [context('lab', 'notebook'), context('lesser', 'lesser'), context('plugin', 'plugged')],
    'current-context': 'lab',
  });
}

const notice = (text: string | RegExp) =>
  window.page.locator('.notification-list-item').filter({ hasText: text });
const status = () => window.page.locator('[id*="reprise.reprise.status"]').first().textContent();
const row = (text: string | RegExp) =>
  window.page
    .locator('.pane')
    .filter({ hasText: 'Replays' })
    .locator('.monaco-list-row')
    .filter({ hasText: text });
/** A pod that was told to end may take its grace. */
const nothingIsLeft = () => expect.poll(() => objectsLeft(namespace.name, MINE), POD).toEqual([]);

const command = (title: string): Promise<void> => run(window, title);

/** By keys alone. */
async function choose(title: string, text: string): Promise<void> {
  await window.page.locator('.quick-input-widget').filter({ hasText: title }).waitFor();
  await chooseNext(window, text);
}

async function recorded(name: string): Promise<void> {
  const notebook = await NotebookPage.open(window, folder, name);
  await window.command('reprise.runAll');
  await notebook.ended(2);
  await expect.poll(status, { timeout: 15_000 }).toMatch(/close/);
}

/** What the report shows, once it shows something. */
async function reportText(): Promise<string> {
  const shown = window.page.frames().map(async (frame) => {
    const isReport = (await frame.locator('.cells').count()) > 0;
    return isReport ? frame.locator('body').innerText() : '';
  });
  const texts = await Promise.allSettled(shown);
  return texts.map((text) => (text.status === 'fulfilled' ? text.value : '')).join('');
}

async function picture(name: string): Promise<void> {
  if (process.env.REPRISE_PICTURES)
    await window.screenshot(path.resolve(__dirname, `../../media/editor/${name}.png`));
}

it('replays on a cluster from the command to the report, by keys alone', async () => {
  await recorded('study.ipynb');
  await command('Reprise: Replay on Kubernetes');
  await choose('Where study.ipynb is to run', 'lab');
  await choose('Namespace in lab', namespace.name);
  await choose('Image that study.ipynb is to run in', 'of profile team');
  await choose('GPUs for study.ipynb', '1 GPU');
  await notice('study.ipynb: Same in 1 of 1 run').waitFor(POD);
  await expect.poll(status, { timeout: 15_000 }).toMatch(/Same/);
  await row(/study\.ipynb.*replay · Same/).waitFor();
  await notice('Same in 1 of 1 run').getByRole('button', { name: 'Show Report' }).click();
  await expect.poll(reportText, { timeout: 15_000 }).toMatch(/Same/);
  await picture('kubernetes');
  await nothingIsLeft();
  await window.command('notifications.clearAll');
});

it('takes up again after a reload what went on in the cluster meanwhile, and judges it', async () => {
  await recorded('slow.ipynb');
  await command('Reprise: Replay on Kubernetes');
  await choose('Where slow.ipynb is to run', 'As last time: lab');
  await row(/slow\.ipynb.*cell 2 of 3/).waitFor(POD);
  await window.reload();
  await row(/slow\.ipynb.*(waiting|cell \d of 3)/).waitFor({ timeout: 20_000 });
  await notice('slow.ipynb: Same in 1 of 1 run').waitFor(POD);
  await row(/slow\.ipynb.*replay · Same/).waitFor();
  await nothingIsLeft();
  await window.command('notifications.clearAll');
});

it('asks at Cancel whether it goes on in the cluster, and then leaves nothing there', async () => {
  await NotebookPage.open(window, folder, 'endless.ipynb');
  await command('Reprise: Run on Kubernetes');
  await choose('Where endless.ipynb is to run', 'As last time: lab');
  await row(/endless\.ipynb.*cell 2 of 3/).waitFor(POD);
  await notice('Running endless.ipynb on Kubernetes').getByRole('button', { name: 'Cancel' }).click();
  await notice('endless.ipynb goes on in the cluster').getByRole('button', { name: 'Cancel It' }).click();
  await row(/endless\.ipynb.*run · cancelled/).waitFor({ timeout: 30_000 });
  await nothingIsLeft();
  await window.command('notifications.clearAll');
});

it('shows what stops it as a check list, with the Role for whoever runs the cluster', async () => {
  await NotebookPage.open(window, folder, 'study.ipynb');
  await command('Reprise: Run on Kubernetes');
  await choose('Where study.ipynb is to run', 'lesser');
  await choose('Namespace in lesser', namespace.name);
  await choose('Image that study.ipynb is to run in', 'of profile team');
  await choose('GPUs for study.ipynb', 'None');
  const shown = (scheme: string) =>
    window.evaluate((vscode, wanted) => {
      const document = vscode.window.activeTextEditor?.document;
      return document?.uri.scheme === wanted ? document.getText() : '';
    }, scheme);
  await expect
    .poll(() => shown('reprise-text'), POD)
    .toMatch(/✗ rights \(stops it\): .*you may not get pods\/exec, create pods\/exec/);
  const message = notice('Nothing was sent. in namespace');
  await message.waitFor();
  await picture('kubernetes-checks');
  await message.getByRole('button', { name: 'Show Role' }).click();
  await expect.poll(() => shown('untitled'), POD).toMatch(/kind: Role\n[\s\S]*pods\/exec/);
  await nothingIsLeft();
  await window.command('workbench.action.revertAndCloseActiveEditor');
  await window.command('notifications.clearAll');
});

it('says which program the credentials come from where it is not on the PATH, and opens the kubeconfig', async () => {
  await NotebookPage.open(window, folder, 'study.ipynb');
  await command('Reprise: Run on Kubernetes');
  await choose('Where study.ipynb is to run', 'plugin');
  const message = notice('takes its credentials from no-such-plugin');
  await message.getByRole('button', { name: 'Open Kubeconfig' }).click(POD);
  await window.page.locator('.tab').filter({ hasText: 'kubeconfig' }).waitFor();
});
