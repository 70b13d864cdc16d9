/** A run for other tools, written by the `reprise` command; a verdict is signed here, where the key is. */
import path from 'node:path';
import { sealed, type Signer } from '../../exchange/attestation/envelope';
import { replaceFile } from '../../notebook/replaceFile';
import type { Ended } from '../commandLine';
import type { Editor, NotebookFile } from '../editor';
import { outcomeOf } from '../outcome';

export type Form = { to: 'ro-crate' | 'prov' | 'openlineage' | 'in-toto' | 'mermaid'; ending: string };

type ExportDocument = { text?: string; absent?: string[] };

/** @returns the file, or undefined where none was written and the user was told why */
export async function exportTo(
  editor: Editor,
  notebook: NotebookFile,
  run: string,
  form: Form,
  signer?: Signer,
): Promise<string | undefined> {
  const name = `${path.basename(notebook.name, '.ipynb')}-${run}${form.ending}`;
  const file = await editor.askWhere('Export Run', path.join(notebook.folder, name));
  if (file === undefined) return undefined;
  const target = signer === undefined ? ['--out', file] : ['--no-sign'];
  const ended = await editor.withProgress(`Exporting ${notebook.name}`, (_report, signal) =>
    editor.commandLine.run({
      args: ['export', run, '--to', form.to, ...target],
      folder: notebook.root,
      signal,
    }),
  );
  if (ended.code !== 0) {
    await refused(editor, ended);
    return undefined;
  }
  const { text = '', absent = [] } = ended.document as ExportDocument;
  if (signer !== undefined) replaceFile(file, await signed(text, signer));
  if (absent.length > 0)
    editor.log.info(`${file} names by digest only, as they changed or are large: ${absent.join(', ')}`);
  return file;
}

/** One envelope a line, as `reprise verify-attestation` reads them. */
async function signed(statements: string, signer: Signer): Promise<string> {
  const lines = statements.split('\n').filter((line) => line !== '');
  const envelopes = await Promise.all(lines.map((line) => sealed(line, signer)));
  return envelopes.map((envelope) => JSON.stringify(envelope) + '\n').join('');
}

async function refused(editor: Editor, ended: Ended): Promise<void> {
  const { severity, message } = outcomeOf(ended);
  const { reason } = (ended.document ?? {}) as { reason?: string };
  const button = reason === 'no-verdict' ? ['Replay'] : [];
  if ((await editor.notify(severity, message, ...button)) !== undefined)
    await editor.execute('reprise.replayHere');
}
