/** What is wrong with a `reprise.yaml`: by its JSON Schema, and by what no schema can say. */
import Ajv, { type ErrorObject } from 'ajv';
import schema from '../../../docs/schemas/profiles-1.schema.json';
import { nearest } from './nearest';
import type { DataVolume, Profile, Profiles } from './profile';

/** `atKey`: it is the key that is wrong, and not its value. */
export type Problem = { path: (string | number)[]; atKey: boolean; text: string };

export function problemsOf(value: unknown): Problem[] {
  const validate = new Ajv({ allErrors: true, verbose: true, strict: false }).compile<Profiles>(schema);
  if (!validate(value)) return withoutAlternatives(validate.errors ?? []).map(inWords);
  const { default: chosen, profiles } = value;
  const names = Object.keys(profiles);
  const own = Object.entries(profiles).flatMap(([name, profile]) =>
    profileProblems(profile, ['profiles', name]),
  );
  if (names.length === 0) return [{ path: ['profiles'], atKey: true, text: 'there is no profile in it' }];
  if (chosen === undefined || names.includes(chosen)) return own;
  return [
    { path: ['default'], atKey: false, text: `there is no profile ${chosen}${suggestion(chosen, names)}` },
    ...own,
  ];
}

/** Of a value that fits none of several schemas only that, and not how it misses each. */
function withoutAlternatives(errors: ErrorObject[]): ErrorObject[] {
  const torn = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath);
  return errors.filter(
    ({ keyword, instancePath }) =>
      keyword === 'anyOf' || !torn.some((at) => instancePath === at || instancePath.startsWith(`${at}/`)),
  );
}

function inWords(error: ErrorObject): Problem {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const at = { path: path.map((part) => (/^\d+$/.test(part) ? Number(part) : part)), atKey: false };
  const key = String(path.at(-1) ?? 'the file');
  const { params, data, parentSchema } = error as { params: Record<string, unknown> } & ErrorObject;
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = String(params.additionalProperty);
      const known = Object.keys((parentSchema?.properties ?? {}) as object);
      return { path: [...at.path, unknown], atKey: true, text: unknownKey(unknown, known) };
    }
    case 'required':
      return { ...at, text: `${key} needs ${String(params.missingProperty)}` };
    case 'type':
      return { ...at, text: `${key} is ${article(String(params.type))}, and here is ${shown(data)}` };
    case 'anyOf':
      return {
        ...at,
        text: `${key} is a text (a number in quotes), or secretKeyRef with name and key, and here is ${shown(data)}`,
      };
    case 'enum': {
      const allowed = (params.allowedValues as unknown[]).map(String);
      return { ...at, text: `${key} is one of ${allowed.join(', ')}${suggestion(String(data), allowed)}` };
    }
    case 'minimum':
      return { ...at, text: `${key} is at least ${String(params.limit)}, and here is ${shown(data)}` };
    case 'pattern':
      return { ...at, text: patternText(key, String(data)) };
    default:
      return { ...at, text: `${key} ${error.message ?? 'is not as it should be'}` };
  }
}

function unknownKey(key: string, known: string[]): string {
  if (key === 'hostPath') {
    return 'hostPath reaches into the node, and a restricted namespace refuses it; take a persistentVolumeClaim, csi or ephemeral volume';
  }
  return `there is no key ${key}${suggestion(key, known) || `; there are ${known.join(', ')}`}`;
}

function patternText(key: string, value: string): string {
  switch (key) {
    case 'image':
      return `${value} names no image for good: a tag is moved to another one; give its digest, name@sha256:…`;
    case 'memory':
    case 'ephemeralStorage':
      return `${key} is a number with Ki, Mi, Gi or Ti, as 16Gi, and here is ${value}`;
    case 'indexUrl':
      return `indexUrl is an http or https address without a user or password; those go into a Secret that env names (PIP_INDEX_URL, UV_INDEX_URL)`;
    case 'path':
      return `path is a folder inside the claim, without .. in it, and here is ${value}`;
    // It may be a token that is wrong.
    case 'remote':
      return 'remote is the name of a git remote, or an https or ssh address without a password; what lets the pod in goes into the Secret that secret names';
    default:
      return `${key} is an absolute path, and here is ${value}`;
  }
}

const SOURCES: readonly (keyof DataVolume)[] = [
  'persistentVolumeClaim',
  'csi',
  'ephemeral',
  'emptyDir',
  'configMap',
  'secret',
  'projected',
  'downwardAPI',
  'image',
];

/** Folders of the pod that a run needs for itself. */
const TAKEN = [
  '/in',
  '/work',
  '/tmp',
  '/dev',
  '/env',
  '/lock',
  '/cache',
  '/bundle',
  '/git',
  '/sink',
  '/proc',
  '/sys',
];

function profileProblems(
  { volumes = [], bundle, env = {}, labels = {} }: Profile,
  path: (string | number)[],
): Problem[] {
  const problems: Problem[] = [];
  if (bundle !== undefined && (bundle.pvc === undefined) === (bundle.git === undefined)) {
    const text = `bundle has either pvc or git, and here ${bundle.pvc === undefined ? 'is neither' : 'are both'}`;
    problems.push({ path: [...path, 'bundle'], atKey: false, text });
  } else if (bundle?.git !== undefined && bundle.path !== undefined) {
    const text = 'path is a folder in a claim, and the files are sent by git';
    problems.push({ path: [...path, 'bundle', 'path'], atKey: true, text });
  }
  volumes.forEach((volume, index) => {
    const at = [...path, 'volumes', index];
    const sources = SOURCES.filter((source) => volume[source] !== undefined);
    if (sources.length !== 1) {
      const found = sources.length === 0 ? 'none' : sources.join(' and ');
      problems.push({
        path: at,
        atKey: false,
        text: `a volume has one source, and ${volume.name} has ${found}`,
      });
    }
    if (volumes.findIndex(({ name }) => name === volume.name) < index)
      problems.push({ path: [...at, 'name'], atKey: false, text: `there are two volumes ${volume.name}` });
    const taken = TAKEN.find(
      (folder) => volume.mountPath === folder || volume.mountPath.startsWith(`${folder}/`),
    );
    if (taken !== undefined || /^\/+$/.test(volume.mountPath)) {
      const text = `${taken ?? '/'} is the run's own; mount it elsewhere, as /data/${volume.name}`;
      problems.push({ path: [...at, 'mountPath'], atKey: false, text });
    }
  });
  for (const name of Object.keys(env).filter((variable) => variable.startsWith('REPRISE_')))
    problems.push({ path: [...path, 'env', name], atKey: true, text: `${name} is set by Reprise itself` });
  for (const name of Object.keys(labels).filter((label) => label.startsWith('reprise.dev/')))
    problems.push({ path: [...path, 'labels', name], atKey: true, text: `${name} is set by Reprise itself` });
  return problems;
}

function suggestion(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

function article(type: string): string {
  const words: Record<string, string> = {
    string: 'a text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map of keys',
  };
  return words[type] ?? type;
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : JSON.stringify(value);
}
