/** Why a cluster could not be asked, and the buttons that help. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { kubeconfigFile, tellTrouble } from '../../../../src/vscode/kubernetes/trouble';
import { temporaryFolder } from '../../lineage/build';
import { FakeEditor } from '../fakeEditor';

afterEach(() => {
  vi.unstubAllEnvs();
});

function editorWithKubeconfig(isThere = true): FakeEditor {
  vi.stubEnv('KUBECONFIG', '');
  const editor = new FakeEditor();
  mkdirSync(path.join(editor.home, '.kube'));
  if (isThere) writeFileSync(path.join(editor.home, '.kube', 'config'), '');
  return editor;
}

async function told(editor: FakeEditor, reason: unknown, ...answers: string[]): Promise<string[]> {
  editor.answers = answers;
  const document = { schema: 'reprise/error/0', reason, message: 'Set `kubeconfig`.' };
  await tellTrouble(editor, editor.front!, { code: 5, document, said: [] });
  return editor.done;
}

describe('trouble', () => {
  it.each([
    ['no-kubeconfig', '[Open Kubeconfig] [Open Terminal]'],
    ['no-context', '[Open Kubeconfig]'],
    ['credentials', '[Open Terminal] [Open Kubeconfig]'],
    ['cluster-unreachable', '[Open Terminal] [Open Kubeconfig]'],
    ['bad-profile', '[Open reprise.yaml]'],
    ['forbidden', '[Show Role]'],
    ['preflight-image', '[Show Log]'],
    [undefined, '[Show Log]'],
    [7, '[Show Log]'],
  ])('of reason %s offers %s', async (reason, buttons) => {
    const editor = editorWithKubeconfig();
    expect(await told(editor, reason)).toEqual([`error: study.ipynb: Set kubeconfig. ${buttons}`]);
    expect(editor.lines).toEqual(['error: Set `kubeconfig`.']);
  });

  it.each([
    ['no-context', 'Open Kubeconfig', 'open ~/.kube/config'],
    ['credentials', 'Open Terminal', 'command workbench.action.terminal.new'],
    ['forbidden', 'Show Role', 'command reprise.showRole'],
    ['other', 'Show Log', 'log'],
  ])('of reason %s has a button %s that helps', async (reason, button, what) => {
    expect((await told(editorWithKubeconfig(), reason, button))[1]).toBe(what);
  });

  it('offers no kubeconfig that is not there', async () => {
    expect(await told(editorWithKubeconfig(false), 'no-kubeconfig')).toEqual([
      'error: study.ipynb: Set kubeconfig. [Open Terminal]',
    ]);
  });

  it('says nothing of what the user cancelled, and logs once what was said', async () => {
    const editor = editorWithKubeconfig();
    await tellTrouble(editor, editor.front!, { code: 130, said: ['Cancelled.'] });
    expect(editor.done).toEqual([]);
    await tellTrouble(editor, editor.front!, { code: 5, said: ['It is gone.'] });
    expect(editor.done).toEqual(['error: study.ipynb: It is gone. [Show Log]']);
    expect(editor.lines).toEqual([]);
  });

  it('opens the nearest reprise.yaml, and none above the root', async () => {
    const editor = editorWithKubeconfig();
    const folder = path.join(editor.folder, 'root', 'a', 'b');
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(editor.folder, 'reprise.yaml'), '');
    editor.front = { ...editor.front!, folder, root: path.join(editor.folder, 'root') };
    expect((await told(editor, 'bad-profile', 'Open reprise.yaml')).at(-1)).toBe('open ./root/reprise.yaml');
    writeFileSync(path.join(editor.folder, 'root', 'a', 'reprise.yaml'), '');
    expect((await told(editor, 'bad-profile', 'Open reprise.yaml')).at(-1)).toBe(
      'open ./root/a/reprise.yaml',
    );
  });
});

describe('the kubeconfig', () => {
  it('is the first of KUBECONFIG that is there', () => {
    const folder = temporaryFolder();
    const [gone, first, second] = ['gone', 'first', 'second'].map((name) => path.join(folder, name));
    for (const file of [first!, second!]) writeFileSync(file, '');
    const named = ['', gone, first, second].join(path.delimiter);
    expect(kubeconfigFile(folder, named)).toBe(first);
    expect(kubeconfigFile(folder, gone)).toBeUndefined();
  });

  it('is a file: a folder of that name cannot be opened', () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expect(kubeconfigFile(folder, [folder, path.join(file, 'a'), file].join(path.delimiter))).toBe(file);
  });

  it('is in ~/.kube where KUBECONFIG names none', () => {
    const home = temporaryFolder();
    expect(kubeconfigFile(home, '')).toBeUndefined();
    mkdirSync(path.join(home, '.kube'));
    writeFileSync(path.join(home, '.kube', 'config'), '');
    expect(kubeconfigFile(home, '')).toBe(path.join(home, '.kube', 'config'));
  });
});
