/** Asks for the key to sign with, and for where its public half goes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Signer } from '../../exchange/attestation/envelope';
import { replaceFile } from '../../notebook/replaceFile';
import type { Choice, Editor } from '../editor';

export const SAVE_PUBLIC_KEY = 'Save Public Key…';

type Way = 'make' | 'file';

export const WAYS: readonly Choice<Way>[] = [
  {
    label: 'Make a new key',
    detail:
      'ed25519, kept in the secret storage of this editor. Nobody else has it, and it cannot be had again.',
    value: 'make',
  },
  {
    label: 'Use a key from a file…',
    detail: 'A private ed25519 key in PEM without a passphrase, which is kept in the secret storage.',
    value: 'file',
  },
];

/** The key that is kept, else the one that the user makes or brings now; undefined where they would not. */
export async function askSigner(editor: Editor): Promise<Signer | undefined> {
  const kept = await editor.signing.signer();
  if (kept !== undefined) return kept;
  const way = await editor.pick('Sign with what key?', WAYS);
  return way === undefined ? undefined : takeKey(editor, way);
}

/** @returns undefined where there is no new key; the user was told why, and the old one is kept */
export async function takeKey(editor: Editor, way: Way): Promise<Signer | undefined> {
  if (way === 'make') return editor.signing.make();
  const file = await editor.askFile('Private Key to Sign With', 'Use Key');
  if (file === undefined) return undefined;
  try {
    return await editor.signing.take(readFileSync(file, 'utf8'));
  } catch {
    const message = `${path.basename(file)} holds no private ed25519 key in PEM that can be read without a passphrase. Nothing was changed.`;
    await editor.notify('error', message);
    return undefined;
  }
}

export async function savePublicKey(editor: Editor, folder: string): Promise<void> {
  const pem = await editor.signing.publicKey();
  const file = pem && (await editor.askWhere('Save Public Key', path.join(folder, 'reprise.pub')));
  if (!pem || !file) return;
  replaceFile(file, pem);
  await editor.notify(
    'information',
    `Wrote ${file}. Others check what you signed with: reprise verify-attestation FILE --key ${path.basename(file)}`,
  );
}
