import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Making, prepare } from '../../../src/cluster/prepare';
import { mergeTarget } from '../../../src/cluster/profile/merge';
import type { Profile } from '../../../src/cluster/profile/profile';
import type { Store } from '../../../src/lineage/store';
import { IMAGE } from './requests';

/** Everything that would be sent of a run with a file of so many bytes; `asked` is its `pod.json`. */
export async function preparedIn(
  store: Store,
  run: string,
  bytes: number,
  profile: Profile,
  more: Partial<Making> = {},
) {
  const folder = store.runFolder(run);
  writeFileSync(path.join(folder, 'bundle.json'), JSON.stringify({ order: [] }));
  writeFileSync(
    path.join(folder, 'notebook.ipynb'),
    JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] }),
  );
  if (bytes > 0) writeFileSync(path.join(store.root, 'data.bin'), randomBytes(bytes));
  const agent = path.join(store.root, 'agent.pyz');
  writeFileSync(agent, 'agent');
  const prepared = await prepare(
    { store, run, notebook: 'train.ipynb', sidecar: null },
    {
      settings: mergeTarget({ image: IMAGE, ...profile }),
      purpose: 'run',
      agent,
      asked: bytes > 0 ? ['data.bin'] : [],
      locked: () => Promise.resolve(undefined),
      ...more,
    },
  );
  const { binaryData } = prepared.inputs.objects[0]!;
  const asked = JSON.parse(Buffer.from(binaryData!['pod.json']!, 'base64').toString()) as {
    [field: string]: unknown;
  };
  return { prepared, asked, file: path.join(folder, 'bundle.tar.gz') };
}
