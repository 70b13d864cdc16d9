/** What `reprise clusters` prints in the tests, as a program that prints it. */
import type { ClustersDocument, OwnPlaces, Places } from '../../../../src/cluster/places';
import { FakeEditor } from '../fakeEditor';

export const CONTEXTS: ClustersDocument['contexts'] = [
  { name: 'lab', cluster: 'lab-cluster', namespace: 'notebooks', current: true },
  { name: 'other', cluster: 'other', namespace: 'default', current: false },
];

export const PLACES: Places = {
  context: 'lab',
  namespaces: { names: ['default', 'notebooks', 'team'] },
  gpus: { products: [{ product: 'NVIDIA-H100', most: 4, nodes: 2 }] },
};

/** Nothing may be listed there. */
export const UNSEEN: Places = {
  context: 'lab',
  namespaces: { why: 'You may not list namespaces.' },
  gpus: { why: 'You may not list nodes.' },
};

/** @param then what the program does for every other subcommand; `args` are its own, `has` finds one */
export function editorWith(
  known: { notebook?: OwnPlaces; places?: Places; contexts?: ClustersDocument['contexts'] },
  then = `print({ args: args.join(' ') });`,
): FakeEditor {
  const { notebook, places = PLACES, contexts = CONTEXTS } = known;
  const document = { schema: 'reprise/clusters/0', contexts };
  const editor = new FakeEditor();
  editor.program(`
    const args = process.argv.slice(2, -4);
    const has = (flag) => args.includes(flag);
    if (args[0] === 'clusters') {
      if (has('--context')) print(${JSON.stringify({ ...document, places })});
      else print(${JSON.stringify({ ...document, notebook })});
    } else { ${then} }
  `);
  return editor;
}
