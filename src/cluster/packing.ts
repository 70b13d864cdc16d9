/** What a run is made from, packed, and the way on which it gets to its pod. */
import { readFileSync, rmSync } from 'node:fs';
import { Failure } from '../notebook/failure';
import { type Archive, packBundle, packFiles, TooLarge } from '../replay/execution/archive';
import type { Work } from '../replay/execution/target';
import type { Addresses } from './addresses';
import {
  addressWay,
  claimWay,
  CONFIG_MAPS_BYTES,
  SUPPLIED_BYTES,
  TOO_LARGE,
  type Way,
  wayOf,
} from './manifests/inputs';
import type { BundlePlace } from './profile/profile';
import { bundlePath } from './state';
import { wayByGit } from './supply/git';

export type Packed = {
  way: Way;
  /** Notebook, sources and files; the files alone, where they come on a way of their own. */
  bundle: Archive;
  /** Then the notebook and its sources. */
  sources?: Archive;
  /** Bytes of what travels in ConfigMaps; what does not is at `bundlePath`. */
  mounted?: Buffer;
};

/** @param where files can be had by a pod that are too large for ConfigMaps. @throws Failure `too-large` */
export async function packed(
  work: Work,
  files: readonly string[],
  { place = {}, addresses }: { place?: BundlePlace; addresses?: Addresses },
): Promise<Packed> {
  const { store, run } = work;
  const to = bundlePath(store, run);
  const { put, get } = addresses ?? {};
  const { pvc, path, git } = place;
  const isPlaced = pvc !== undefined || git !== undefined;
  if (get !== undefined && files.length > 0)
    return apart(work, files, (bundle) => addressWay(bundle, put !== undefined));
  try {
    const most = isPlaced ? CONFIG_MAPS_BYTES : SUPPLIED_BYTES;
    const bundle = await packBundle(store, run, files, { to, most });
    const way = wayOf(bundle.size);
    return way.way === 'exec' ? { way, bundle } : { way, bundle, mounted: taken(to) };
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    if (git !== undefined) return apart(work, files, (bundle) => wayByGit(work, git, bundle));
    if (pvc === undefined) throw tooLarge(TOO_LARGE);
    return apart(work, files, ({ size }) => claimWay(size, { pvc, path }));
  }
}

async function apart(
  work: Work,
  files: readonly string[],
  wayFor: (bundle: Archive) => Way | Promise<Way>,
): Promise<Packed> {
  const { store, run } = work;
  const to = bundlePath(store, run);
  const sources = await packBundle(store, run, [], { to, most: CONFIG_MAPS_BYTES }).catch(
    (error: unknown) => {
      throw error instanceof TooLarge ? tooLarge(NO_ROOM_FOR_SOURCES) : error;
    },
  );
  const mounted = taken(to);
  const bundle = await packFiles(store, files, { to });
  return { way: await wayFor(bundle), bundle, sources, mounted };
}

const NO_ROOM_FOR_SOURCES =
  'The notebook without its outputs and files is more than 10 MiB packed, and it travels in ConfigMaps. Move what is large in its cells into files.';

function tooLarge(words: string): Failure {
  return new Failure('infrastructure', 'too-large', `Nothing was sent. ${words}`);
}

function taken(file: string): Buffer {
  const bytes = readFileSync(file);
  rmSync(file);
  return bytes;
}
