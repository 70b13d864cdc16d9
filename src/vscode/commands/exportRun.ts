import type { Choice, Command } from '../editor';
import { askSigner, SAVE_PUBLIC_KEY, savePublicKey } from '../exporting/ask';
import { exportTo, type Form } from '../exporting/write';
import { newestRun } from '../newest';

const FORMS: readonly Choice<Form>[] = [
  {
    label: 'Signed verdict',
    description: 'in-toto',
    detail: 'Says with your signature how the replay came out; others check it by the records.',
    value: { to: 'in-toto', ending: '.intoto.jsonl' },
  },
  {
    label: 'Research object',
    description: 'RO-Crate',
    detail: 'Notebook, record, verdict, lock and data in one archive, for Zenodo and the like.',
    value: { to: 'ro-crate', ending: '.zip' },
  },
  {
    label: 'Provenance',
    description: 'W3C PROV',
    detail: 'Which cell used and made what.',
    value: { to: 'prov', ending: '.prov.json' },
  },
  {
    label: 'Lineage events',
    description: 'OpenLineage',
    detail: 'For Marquez, DataHub, Airflow and others.',
    value: { to: 'openlineage', ending: '.openlineage.ndjson' },
  },
  {
    label: 'Diagram',
    description: 'Mermaid',
    detail: 'Cells and files as a picture that GitHub draws.',
    value: { to: 'mermaid', ending: '.mmd' },
  },
];

/** Writes what the newest run recorded, or the verdict on it, in the format of another tool. */
export const exportRun: Command = {
  id: 'reprise.exportRun',
  async run(editor) {
    const found = await newestRun(editor);
    if (found === undefined) return;
    const form = await editor.pick('Export the newest run as', FORMS);
    if (form === undefined) return;
    const signer = form.to === 'in-toto' ? await askSigner(editor) : undefined;
    if (form.to === 'in-toto' && signer === undefined) return;
    const file = await exportTo(editor, found.notebook, found.run.run, form, signer);
    if (file === undefined) return;
    if (signer === undefined) {
      await editor.notify('information', `Wrote ${file}.`);
      return;
    }
    const message = `Signed with key ${signer.keyid.slice(0, 16)}: ${file}. Who checks it needs the public key and the run folders.`;
    if ((await editor.notify('information', message, SAVE_PUBLIC_KEY)) !== undefined)
      await savePublicKey(editor, found.notebook.folder);
  },
};
