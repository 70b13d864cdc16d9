/** The results of a run, from its pod while that holds them, else from the volume that they were kept on. */
import { join } from 'node:path';
import { Failure } from '../../notebook/failure';
import type { Work } from '../../replay/execution/target';
import type { Api } from '../api';
import type { Holding } from '../follow/events';
import type { ClusterRun } from '../state';
import { fromStore } from './archive';
import { fromClaim, type Kept } from './claim';
import { fetchFiles, fetchList, type Source } from './fetch';
import { MANIFEST_BYTES, placed, readResults } from './results';

const RESULTS = '/work/results/manifest.json';
export const ROOT = '/work/root';

export type Gathering = {
  api: Api;
  work: Pick<Work, 'store' | 'run'>;
  state: ClusterRun;
  /** The container that has them. */
  container: string;
  /** Where they can be had from, where they were sent to a store. */
  address?: string;
  onNotice: (notice: string) => void;
  onFetched?: (bytes: number, of: number) => void;
  signal?: AbortSignal;
};

/** Neither the pod nor what it may have kept elsewhere has them. */
export class ResultsGone extends Failure {
  constructor() {
    super('infrastructure', 'results-lost', 'The results are gone.');
  }
}

/**
 * @param holding what the pod said that it holds; undefined where it is gone
 * @returns what ended the run before its last cell
 * @throws ResultsGone; Failure; ApiError
 */
export async function gather(
  gathering: Gathering,
  holding: Holding | undefined,
): Promise<string | undefined> {
  const { api, work, state, container, address, onNotice, onFetched, signal } = gathering;
  if (holding !== undefined && state.got !== undefined) {
    const { size, sha256 } = holding.manifest;
    const source = { api, pod: { pod: state.got.name, container }, signal };
    try {
      await fetchAll(gathering, source, { list: RESULTS, root: ROOT, size, sha256 });
      return holding.reason;
    } catch (error) {
      const isLost = error instanceof Failure && error.reason === 'results-lost';
      const isElsewhere = state.settings.results !== undefined || address !== undefined;
      if (!isElsewhere || !isLost) throw error;
    }
  }
  const announced = holding?.manifest.sha256 ?? state.end?.manifest;
  if (state.settings.results === undefined) {
    // A store is anybody's: without the pod's word for it nothing there is taken for its results.
    if (address === undefined || announced === undefined) throw new ResultsGone();
    onNotice('The pod is gone: reading what it sent to the address that was given.');
    await fromStore({ ...work, address, manifest: announced, onBytes: onFetched, signal });
    return holding?.reason;
  }
  tellKept(gathering);
  return fromClaim(api, state, { uid: state.got?.uid, signal }, async (source, kept) => {
    if (kept === undefined) throw new ResultsGone();
    const { manifest, size, reason } = kept.end;
    if (announced !== undefined && announced !== manifest) throw notThose();
    const at = { list: `${kept.folder}/manifest.json`, root: `${kept.folder}/files` };
    await fetchAll(gathering, source, { ...at, size, sha256: manifest });
    return reason;
  });
}

/** How a run ended whose pod is gone without a word; undefined where nothing was kept of it, or that cannot be read. */
export async function endKept(gathering: Gathering, uid?: string): Promise<Kept['end'] | undefined> {
  const { api, state, signal } = gathering;
  if (state.settings.results === undefined) return undefined;
  tellKept(gathering);
  const read = (_: Source, found: Kept | undefined) => Promise.resolve(found?.end);
  return fromClaim(api, state, { uid, signal }, read).catch(() => undefined);
}

async function fetchAll(
  { work: { store, run }, onFetched }: Gathering,
  source: Source,
  { list, root, size, sha256 }: { list: string; root: string; size: number; sha256: string },
): Promise<void> {
  if (size > MANIFEST_BYTES)
    throw new Failure('infrastructure', 'results-changed', 'The list of results is too long to be one.');
  const said = await fetchList(source, { path: list, size });
  const wanted = placed(store, run, readResults(said, sha256, run));
  const total = wanted.reduce((sum, file) => sum + file.size, 0);
  let bytes = 0;
  const onBytes = (count: number): void => onFetched?.((bytes += count), total);
  await fetchFiles(source, { root, parts: join(store.runFolder(run), 'parts') }, wanted, onBytes);
}

function tellKept({ state, onNotice }: Gathering): void {
  onNotice(`The pod is gone: reading what it kept on the volume claim ${state.settings.results?.pvc}.`);
}

function notThose(): Failure {
  return new Failure(
    'infrastructure',
    'results-changed',
    'The results on the volume are not those that the pod announced. They are not used.',
  );
}
