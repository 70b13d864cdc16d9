import { savePublicKey, SAVE_PUBLIC_KEY, takeKey, WAYS } from '../exporting/ask';
import type { Choice, Command, Editor } from '../editor';

type Deed = (editor: Editor) => Promise<void>;

/** Shows which key verdicts are signed with; saves its public half, and replaces or forgets it. */
export const signingKey: Command = {
  id: 'reprise.signingKey',
  async run(editor) {
    const kept = await editor.signing.signer();
    const title = kept === undefined ? 'There is no signing key' : `Signing key ${kept.keyid.slice(0, 16)}`;
    const deed = await editor.pick(title, [
      ...(kept === undefined ? [] : ofKept),
      ...WAYS.map(({ value, ...way }): Choice<Deed> => ({ ...way, value: (at) => replace(at, value) })),
    ]);
    await deed?.(editor);
  },
};

const ofKept: readonly Choice<Deed>[] = [
  {
    label: SAVE_PUBLIC_KEY,
    detail: 'What others need to check your signature.',
    value: (editor) => savePublicKey(editor, editor.installation.home),
  },
  {
    label: 'Forget the key',
    detail: 'What it signed can still be checked by its public half.',
    value: async (editor) => {
      if (await losesKey(editor, 'Forget')) await editor.signing.forget();
    },
  },
];

async function replace(editor: Editor, way: 'make' | 'file'): Promise<void> {
  if ((await editor.signing.signer()) !== undefined && !(await losesKey(editor, 'Replace'))) return;
  const signer = await takeKey(editor, way);
  if (signer === undefined) return;
  const message = `Verdicts are signed with key ${signer.keyid.slice(0, 16)} from now on.`;
  if ((await editor.notify('information', message, SAVE_PUBLIC_KEY)) !== undefined)
    await savePublicKey(editor, editor.installation.home);
}

function losesKey(editor: Editor, button: string): Promise<boolean> {
  return editor.confirm(
    `${button} the signing key?`,
    'Reprise keeps no copy of it: unless you have one, nothing can be signed with it any more.',
    button,
  );
}
