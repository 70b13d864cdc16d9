/** All that is sent for a run, made ready here: what it is made from does not change between its check and its sending. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Locked } from '../environment/exports/locked';
import { Failure } from '../notebook/failure';
import { type Archive, packFiles } from '../replay/execution/archive';
import type { Left } from '../replay/execution/inputs';
import type { Work } from '../replay/execution/target';
import { addressOf, type Addresses, placeOf } from './addresses';
import { addressSecret, type Inputs, inputs, type Way } from './manifests/inputs';
import { FLAVOURS } from './manifests/flavours';
import type { Secret } from './manifests/kubernetes';
import { type JobIdentity, type JobRequest, nameOf } from './manifests/request';
import { packed } from './packing';
import { PATIENCE_MS } from './patience';
import { environmentOf, javascriptEnvironment, toInstall } from './podEnvironment';
import type { Target as Settings } from './profile/merge';
import type { BundlePlace, SecretKey } from './profile/profile';
import { inputsOf } from './sentFiles';
import type { ClusterRun } from './state';
import { commitFiles, type Push } from './supply/git';

export type Prepared = {
  request: JobRequest;
  inputs: Inputs;
  /** What is created besides, and printed nowhere. */
  secrets: Secret[];
  way: Way;
  bundle: ClusterRun['bundle'];
  /** Where the bundle is put from here, before anything is created. */
  putTo?: string;
  /** The commit with the files, and the git remote that it is pushed to then. */
  push?: Push;
  places: NonNullable<ClusterRun['places']>;
  /** Files that the run may want and that are not sent. */
  left: Left[];
};

export type Making = {
  settings: Settings;
  /** Path of the zipapp. */
  agent: string;
  purpose: ClusterRun['purpose'];
  /** Where a pod puts its results, and where they are had from then. */
  sink?: Addresses;
  /** Where the notebook's files are put, and where a pod has them from. */
  depot?: Addresses;
  /** Files to send besides, as globs beneath the root. */
  asked?: readonly string[];
  /** What the notebook's pin locks; undefined where it has none. */
  locked: (work: Work) => Promise<Locked | undefined>;
};

/** Sorting, numbers and dates follow them: those of the original, and of a first run the same wherever it is. */
function placeVariables({ original }: Work): Record<string, string> {
  const { variables = {}, timezone = 'UTC' } = original?.header.environment ?? {};
  const locale = Object.entries(variables).filter(([name]) => /^(LANG|LC_.*)$/.test(name));
  const given = locale.length > 0 ? Object.fromEntries(locale) : { LC_ALL: 'C.UTF-8' };
  return { TZ: variables['TZ'] ?? timezone, ...given };
}

export async function prepare(work: Work, making: Making): Promise<Prepared> {
  const { settings, agent, purpose, asked = [] } = making;
  const { run, notebook, original } = work;
  const [sink, depot] = [ofRun(making.sink, run), ofRun(making.depot, run)];
  const javascript = javascriptEnvironment(work);
  const locked = javascript === undefined ? await making.locked(work) : undefined;
  const { files, left } = inputsOf(work, asked);
  const { way, bundle, sources, mounted } = await packed(work, files, {
    place: settings.bundle,
    addresses: depot,
  });
  const commit = way.way === 'git' ? await commitFiles(work) : undefined;
  const by = way.way === 'configmap' || way.way === 'configmaps' ? undefined : way.way;
  const identity = {
    run,
    purpose,
    attempt: 1,
    ...(original ? { record: original.root } : {}),
    notebook: createHash('sha256').update(notebook).digest('hex'),
    image: imageFor(work, settings),
    target: settings,
    variables: placeVariables(work),
    ...driverOf(work),
    ...(by === undefined ? {} : { suppliedBytes: bundle.size }),
    ...(by === 'claim' ? { bundleClaim: settings.bundle?.pvc } : {}),
    ...(by === 'git' ? { bundleGit: { secret: settings.bundle?.git?.secret } } : {}),
  };
  const name = nameOf(identity);
  const bundleUrl = by === 'address' ? secretAddress(BUNDLE_URL, `${name}-bundle`, 'get') : undefined;
  const resultsUrl =
    sink?.put === undefined ? undefined : secretAddress(RESULTS_URL, `${name}-results`, 'put');
  const request: JobIdentity = {
    ...identity,
    ...(bundleUrl ? { bundleUrl } : {}),
    ...(resultsUrl ? { resultsUrl } : {}),
  };
  const pod = {
    schema: 'reprise/pod/1',
    run,
    bundle: declared(bundle),
    ...(sources === undefined ? {} : { sources: declared(sources) }),
    inputs: bundle.inputs,
    ...(by === 'address' ? { url: BUNDLE_URL } : {}),
    ...(way.way === 'git' ? { git: { url: way.url, ...commit } } : {}),
    ...(by === 'claim' ? { kept: folderOn('/bundle', settings.bundle) } : {}),
    ...(by === 'exec' || by === 'claim' ? { supply: { patienceSeconds: PATIENCE_MS / 1000 } } : {}),
    environment: javascript ?? environmentOf(locked),
    ...(settings.deadlineSeconds === undefined ? {} : { deadlineSeconds: settings.deadlineSeconds }),
    holdSeconds: settings.holdSeconds,
    results: {
      ...(settings.results === undefined ? {} : { folder: folderOn('/sink', settings.results) }),
      ...(resultsUrl === undefined ? {} : { url: RESULTS_URL }),
    },
  };
  const made = inputs(request, {
    agent: readFileSync(agent),
    pod: JSON.stringify(pod),
    ...(mounted === undefined ? {} : { bundle: mounted }),
    ...(settings.environment === 'install' ? { lock: toInstall(locked, javascript !== undefined) } : {}),
  });
  const lock = made.lock === undefined ? {} : { lock: made.lock };
  const { sha256, size } = bundle;
  return {
    request: { ...request, inputs: made.mounted, ...lock },
    inputs: made,
    secrets: [
      ...(bundleUrl ? [addressSecret(request, bundleUrl.secretKeyRef, depot!.get!)] : []),
      ...(resultsUrl ? [addressSecret(request, resultsUrl.secretKeyRef, sink!.put!)] : []),
    ],
    way,
    bundle: { sha256, size, ...(by === undefined ? {} : { by }) },
    ...(by === 'address' && depot?.put !== undefined ? { putTo: depot.put } : {}),
    ...(commit === undefined
      ? {}
      : { push: { remote: settings.bundle!.git!.remote, commit: commit.commit } }),
    places: {
      ...(by === 'address' && depot?.put !== undefined ? { bundle: placeOf(depot.put) } : {}),
      ...(sink?.put === undefined ? {} : { results: placeOf(sink.put) }),
    },
    left,
  };
}

const BUNDLE_URL = 'REPRISE_BUNDLE_URL';
const RESULTS_URL = 'REPRISE_RESULTS_URL';

function ofRun(addresses: Addresses | undefined, run: string): Addresses | undefined {
  if (addresses === undefined) return undefined;
  const { put, get } = addresses;
  return {
    ...(put === undefined ? {} : { put: addressOf(put, run) }),
    ...(get === undefined ? {} : { get: addressOf(get, run) }),
  };
}

function secretAddress(variable: string, name: string, key: string): { variable: string } & SecretKey {
  return { variable, secretKeyRef: { name, key } };
}

function declared({ sha256, size, unpacked }: Archive): object {
  return { sha256, size, unpacked };
}

/** Of all runs whose files or results are kept there. */
function folderOn(mount: string, { path: folder }: BundlePlace = {}): string {
  return folder === undefined ? mount : `${mount}/${folder}`;
}

/** What is created, in its order. */
export function manifestsOf({ request, inputs }: Pick<Prepared, 'request' | 'inputs'>): object[] {
  return [...inputs.objects, FLAVOURS[request.target.flavour].manifest(request)];
}

/** @returns the archive of a run's files alone. @throws Failure `no-files` */
export async function packInputs(work: Work, asked: readonly string[], to: string): Promise<Archive> {
  const { files } = inputsOf(work, asked);
  if (files.length > 0) return packFiles(work.store, files, { to });
  const why =
    'The notebook has no files of its own beneath the root that would be sent. Nothing was written.';
  throw new Failure('usage', 'no-files', why);
}

/** @throws Failure `no-image` */
function imageFor({ sidecar }: Work, { image = sidecar?.settings.image }: Settings): string {
  if (image !== undefined) return image;
  throw new Failure(
    'usage',
    'no-image',
    'Which image is it to run in? Give --image name@sha256:…, or name one in reprise.yaml or in the pin (reprise pin --image). Nothing was sent.',
  );
}

function driverOf({ original }: Work): { driver?: string } {
  const driver = original?.header.environment.gpus[0]?.driver;
  return driver === undefined ? {} : { driver };
}
