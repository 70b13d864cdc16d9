/** Custom resource definitions from files, applied to the cluster. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ApiextensionsV1Api, type V1CustomResourceDefinition } from '@kubernetes/client-node';
// Not the client's `loadYaml`, which renames x-kubernetes-* for its own serializer and so breaks definitions.
import { parseAllDocuments } from 'yaml';
import { expect } from 'vitest';
import { admin, send } from './cluster';

const ESTABLISHED_MS = 60_000;

/**
 * Applies every definition in the YAML files of a folder and below, and waits until they are served.
 * @param wanted takes a file's path below the folder: each definition costs the API server tens of megabytes.
 * @returns their names. @throws what the API server says against one of them.
 */
export async function applyCrds(
  folder: string,
  wanted: (file: string) => boolean = () => true,
): Promise<string[]> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && wanted(file))
    .sort();
  const names: string[] = [];
  for (const file of files) {
    for (const definition of definitionsIn(path.join(folder, file)))
      names.push(await apply(definition, file));
  }
  const api = admin.config.makeApiClient(ApiextensionsV1Api);
  for (const name of names) {
    const established = async () => {
      const { status } = await api.readCustomResourceDefinition({ name });
      return status?.conditions?.find(({ type }) => type === 'Established')?.status;
    };
    await expect
      .poll(established, { timeout: ESTABLISHED_MS, message: `${name} is established` })
      .toBe('True');
  }
  return names;
}

function definitionsIn(file: string): V1CustomResourceDefinition[] {
  const text = readFileSync(file, 'utf8');
  if (!/^kind: CustomResourceDefinition/m.test(text)) return [];
  const documents = parseAllDocuments(text).map((each) => each.toJS() as V1CustomResourceDefinition | null);
  return documents.filter(
    (each) => each?.kind === 'CustomResourceDefinition',
  ) as V1CustomResourceDefinition[];
}

async function apply(definition: V1CustomResourceDefinition, file: string): Promise<string> {
  const name = definition.metadata?.name ?? '';
  delete definition.status;
  // Their webhooks do not run here.
  delete definition.spec.conversion;
  completeSeldonGraph(definition.spec);
  const where = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
  const answer = await send(admin, 'PATCH', `${where}?fieldManager=reprise-test&force=true`, {
    type: 'application/apply-patch+yaml',
    text: JSON.stringify(definition),
  });
  if (answer.status >= 300) throw new Error(`${file}: ${answer.status} ${answer.body.slice(0, 500)}`);
  return name;
}

/** Where Seldon's graph repeats itself its definition has `items: {}`, which v1 of the API refuses. */
function completeSeldonGraph(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const { children } = node as { children?: { items?: { type?: string } } };
  if (children?.items && children.items.type === undefined) {
    Object.assign(children.items, { type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
  }
  Object.values(node).forEach(completeSeldonGraph);
}
