import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import type { TestContext } from 'vitest';
import { parse } from 'yaml';
import { optional } from '../../optional';

/** The operators' CRDs, which lie beside the checkout where tests of the cluster run. */
const FOLDERS = [process.env.REPRISE_TEST_CRDS, path.resolve(__dirname, '../../../../shared/crds')];
export const crds = FOLDERS.find((folder) => folder !== undefined && existsSync(folder));

/** Skips a test where they are not there. */
export function needCrds(context: TestContext): string {
  return (
    crds ??
    optional(context, 'the CRDs are not in ../shared/crds, nor in a folder that REPRISE_TEST_CRDS names')
  );
}

type Schema = { [key: string]: unknown };
type Crd = {
  spec: { names: { kind: string }; versions: { name: string; schema: { openAPIV3Schema: Schema } }[] };
};

const validators = new Map<string, ValidateFunction>();

/** What of an object the schema in that file refuses, unknown fields among it, as the API server would. */
export function refusals(file: string, object: { apiVersion: string; kind: string }): string[] {
  const version = object.apiVersion.split('/').at(-1) as string;
  const key = `${file} ${version}`;
  const validate = validators.get(key) ?? compiled(file, version, object.kind);
  validators.set(key, validate);
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function compiled(file: string, version: string, kind: string): ValidateFunction {
  const crd = parse(readFileSync(path.join(crds as string, file), 'utf8')) as Crd;
  if (crd.spec.names.kind !== kind) throw new Error(`${file} is of ${crd.spec.names.kind}, not of ${kind}`);
  const found = crd.spec.versions.find(({ name }) => name === version);
  if (found === undefined) throw new Error(`${file} has no ${version}`);
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, logger: false });
  return ajv.compile(strict(found.schema.openAPIV3Schema, true) as Schema);
}

/** A structural schema whose objects take no field that they do not name. */
function strict(schema: unknown, root = false): unknown {
  if (Array.isArray(schema)) return schema.map((each) => strict(each));
  if (schema === null || typeof schema !== 'object') return schema;
  const fields = schema as Schema;
  if (fields['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  const closed: Schema = {};
  for (const [key, value] of Object.entries(fields)) {
    if (key === 'properties') closed.properties = mapped(value as Schema);
    else if (key !== 'default' && key !== 'description') closed[key] = strict(value);
  }
  // Of the metadata a CRD says only that there are some; the API server knows the rest.
  if (root) closed.properties = { ...(closed.properties as Schema), metadata: METADATA };
  const open =
    fields.additionalProperties !== undefined || fields['x-kubernetes-preserve-unknown-fields'] === true;
  if (fields.type === 'object' && fields.properties !== undefined && !open)
    closed.additionalProperties = false;
  return closed;
}

function mapped(properties: Schema): Schema {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, strict(schema)]));
}

const TEXTS = { type: 'object', additionalProperties: { type: 'string' } };
const METADATA = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 63, pattern: '^[a-z]([-a-z0-9]*[a-z0-9])?$' },
    namespace: { type: 'string' },
    labels: {
      type: 'object',
      additionalProperties: {
        type: 'string',
        maxLength: 63,
        pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$',
      },
    },
    annotations: TEXTS,
    finalizers: { type: 'array', items: { type: 'string' } },
  },
  required: ['name'],
  additionalProperties: false,
};
