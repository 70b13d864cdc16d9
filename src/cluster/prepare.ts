/** All that is sent for a run, made ready here: what it is made from does not change between its check and its sending. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Locked } from '../environment/exports/locked';
import { requirementsText } from '../environment/exports/requirements';
import { Failure } from '../notebook/failure';
import { parseNotebook } from '../notebook/model';
import { type Archive, packBundle, TooLarge } from '../replay/archive';
import { askedInputs, type Chosen, type Left, notebookInputs, recordedInputs } from '../replay/inputs';
import type { Work } from '../replay/target';
import {
  type Inputs,
  inputs,
  resultsSecret,
  SUPPLIED_BYTES,
  TOO_LARGE,
  type Way,
  wayOf,
} from './manifests/inputs';
import { FLAVOURS } from './manifests/flavours';
import type { Secret } from './manifests/kubernetes';
import { type JobRequest, nameOf } from './manifests/request';
import type { Target as Settings } from './profile/merge';
import { PATIENCE_MS } from './patience';
import { bundlePath, type ClusterRun } from './state';

export type Prepared = {
  request: JobRequest;
  inputs: Inputs;
  /** What is created besides, and printed nowhere. */
  secrets: Secret[];
  way: Way;
  bundle: ClusterRun['bundle'];
  /** Files that the run may want and that are not sent. */
  left: Left[];
};

export type Making = {
  settings: Settings;
  /** Path of the zipapp. */
  agent: string;
  purpose: ClusterRun['purpose'];
  sink?: Sink;
  /** Files to send besides, as globs beneath the root. */
  asked?: readonly string[];
  /** What the notebook's pin locks; undefined where it has none. */
  locked: (work: Work) => Promise<Locked | undefined>;
};

/** Addresses of a store, each for whoever has it: where a pod puts its results, and where they are had from then. */
export type Sink = { put?: string; get?: string };

/** Sorting, numbers and dates follow them: those of the original, and of a first run the same wherever it is. */
function placeVariables({ original }: Work): Record<string, string> {
  const { variables = {}, timezone = 'UTC' } = original?.header.environment ?? {};
  const locale = Object.entries(variables).filter(([name]) => /^(LANG|LC_.*)$/.test(name));
  const given = locale.length > 0 ? Object.fromEntries(locale) : { LC_ALL: 'C.UTF-8' };
  return { TZ: variables['TZ'] ?? timezone, ...given };
}

export async function prepare(
  work: Work,
  { settings, agent, purpose, sink, asked = [], locked: lockedFor }: Making,
): Promise<Prepared> {
  const { store, run, notebook, original } = work;
  const locked = await lockedFor(work);
  const { files, left } = inputsOf(work, asked);
  const archive = await packed(work, files);
  const way = wayOf(archive.size);
  const isSupplied = way.way === 'exec';
  const bytes = isSupplied ? undefined : taken(bundlePath(store, run));
  const declared = { sha256: archive.sha256, size: archive.size };
  const request: Omit<JobRequest, 'inputs'> = {
    run,
    purpose,
    attempt: 1,
    ...(original ? { record: original.root } : {}),
    notebook: createHash('sha256').update(notebook).digest('hex'),
    image: imageFor(work, settings),
    target: settings,
    variables: placeVariables(work),
    ...driverOf(work),
    ...(isSupplied ? { isSupplied } : {}),
  };
  if (sink?.put !== undefined) {
    const secretKeyRef = { name: `${nameOf(request)}-results`, key: 'put' };
    request.resultsUrl = { variable: RESULTS_URL, secretKeyRef };
  }
  const pod = {
    schema: 'reprise/pod/1',
    run,
    bundle: { ...declared, unpacked: archive.unpacked },
    inputs: archive.inputs,
    ...(isSupplied ? { supply: { patienceSeconds: PATIENCE_MS / 1000 } } : {}),
    environment: environmentOf(locked),
    ...(settings.deadlineSeconds === undefined ? {} : { deadlineSeconds: settings.deadlineSeconds }),
    holdSeconds: settings.holdSeconds,
    results: {
      ...(settings.results === undefined ? {} : { folder: sinkFolder(settings.results) }),
      ...(sink?.put === undefined ? {} : { url: RESULTS_URL }),
    },
  };
  const made = inputs(request, {
    agent: readFileSync(agent),
    pod: JSON.stringify(pod),
    ...(bytes === undefined ? {} : { bundle: bytes }),
    ...(settings.environment === 'install' ? { lock: toInstall(locked) } : {}),
  });
  const lock = made.lock === undefined ? {} : { lock: made.lock };
  return {
    request: { ...request, inputs: made.mounted, ...lock },
    inputs: made,
    secrets: sink?.put === undefined ? [] : [resultsSecret(request, sink.put)],
    way,
    bundle: { ...declared, ...(isSupplied ? { by: 'exec' } : {}) },
    left,
  };
}

const RESULTS_URL = 'REPRISE_RESULTS_URL';

/** Of all runs that are kept there. */
function sinkFolder({ path: folder }: NonNullable<Settings['results']>): string {
  return folder === undefined ? '/sink' : `/sink/${folder}`;
}

/** What is created, in its order. */
export function manifestsOf({ request, inputs }: Pick<Prepared, 'request' | 'inputs'>): object[] {
  return [...inputs.objects, FLAVOURS[request.target.flavour].manifest(request)];
}

/** @throws Failure `too-large` */
async function packed({ store, run }: Work, files: readonly string[]): Promise<Archive> {
  try {
    return await packBundle(store, run, files, { to: bundlePath(store, run), most: SUPPLIED_BYTES });
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    throw new Failure('infrastructure', 'too-large', `Nothing was sent. ${TOO_LARGE}`);
  }
}

function taken(file: string): Buffer {
  const bytes = readFileSync(file);
  rmSync(file);
  return bytes;
}

function inputsOf(work: Work, asked: readonly string[]): Chosen {
  const { original, store } = work;
  if (original === undefined) return importedModules(work, asked);
  const recorded = recordedInputs(store.root, original);
  const besides = askedInputs(store.root, asked);
  const files = [...new Set([...recorded.files, ...besides.files])];
  return { files, left: [...recorded.left.filter(({ path }) => !files.includes(path)), ...besides.left] };
}

function importedModules({ store, run, notebook }: Work, globs: readonly string[]): Chosen {
  const text = readFileSync(path.join(store.runFolder(run), 'notebook.ipynb'), 'utf8');
  const cells = parseNotebook(text).cells.filter(({ type }) => type === 'code');
  return notebookInputs(
    store.root,
    notebook,
    cells.map(({ source }) => source),
    { globs },
  );
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

/** A pinned notebook runs in nothing else than its pin; what an image has beside it changes no number. */
function environmentOf(locked: Locked | undefined): object {
  if (locked === undefined) return { check: 'record' };
  const { python, packages } = locked;
  const always = packages.filter(({ marker }) => marker === undefined);
  return {
    check: 'refuse',
    python,
    packages: Object.fromEntries(always.map(({ name, version }) => [name, version])),
    // Only the pod knows what platform it is.
    conditional: packages.flatMap(({ name, version, marker }) =>
      marker === undefined ? [] : [{ name, version, marker }],
    ),
  };
}

/** @throws Failure `no-pin`, `conda` */
function toInstall(locked: Locked | undefined): string {
  if (locked !== undefined && locked.packages.every(({ sha256 }) => sha256.length > 0))
    return requirementsText(locked);
  const [reason, what] =
    locked === undefined
      ? ['no-pin', 'There is nothing to install: the notebook has no pin. Pin it first (reprise pin)']
      : ['conda', `${locked.lock} lists packages of conda, and a pod installs wheels. Pin to those`];
  throw new Failure(
    'usage',
    reason,
    `${what}, or take an image that has its packages (environment: image, in reprise.yaml). Nothing was sent.`,
  );
}

function driverOf({ original }: Work): { driver?: string } {
  const driver = original?.header.environment.gpus[0]?.driver;
  return driver === undefined ? {} : { driver };
}
