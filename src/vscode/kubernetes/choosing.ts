/** Asks where in a cluster a notebook is to run; what was chosen last stands first. */
import type { ClustersDocument, GpuProduct } from '../../cluster/places';
import type { Choice, Editor, Heading, NotebookFile } from '../editor';
import { type ClusterPlace, gpuWords, imageProblem, imageWords, namespaceProblem, placeWords } from './place';
import { remember, remembered } from './remembered';
import { tellTrouble } from './trouble';

/** undefined where the user left, or was told what stands in the way. */
export async function choosePlace(editor: Editor, notebook: NotebookFile): Promise<ClusterPlace | undefined> {
  const known = await ask(editor, notebook, ['clusters', notebook.path]);
  const begun = known && (await chooseBeginning(editor, notebook, known));
  const place = begun && (begun.isWhole ? begun.place : await complete(editor, notebook, known, begun.place));
  if (place !== undefined) await remember(editor.memory, place);
  return place;
}

type Beginning = { place: ClusterPlace; isWhole: boolean };

async function chooseBeginning(
  editor: Editor,
  { name }: NotebookFile,
  { contexts, notebook }: ClustersDocument,
): Promise<Beginning | undefined> {
  const profiles = notebook?.profiles ?? [];
  const last = remembered(editor.memory).place;
  const isThere =
    last !== undefined &&
    (last.profile === undefined || profiles.some((profile) => profile.name === last.profile)) &&
    (last.context === undefined || contexts.some((context) => context.name === last.context));
  const isWhole = ({ profile, image }: ClusterPlace): boolean =>
    (image ?? profiles.find(({ name }) => name === profile)?.image ?? notebook?.image) !== undefined;
  const choices: (Choice<Beginning> | Heading)[] = [];
  if (isThere)
    choices.push({
      label: `As last time: ${placeWords(last)}`,
      value: { place: last, isWhole: isWhole(last) },
    });
  if (profiles.length > 0) choices.push({ heading: 'reprise.yaml' });
  for (const { name: profile, gpu, ...rest } of profiles) {
    const where = placeWords({ ...rest, ...(gpu ? { gpu: gpu.count, product: gpu.product } : {}) });
    const place = { profile };
    choices.push({ label: profile, description: where, value: { place, isWhole: isWhole(place) } });
  }
  if (contexts.length > 0) choices.push({ heading: 'kubeconfig' });
  for (const { name: context, cluster, current } of contexts) {
    const description = [cluster === context ? '' : cluster, current ? 'current' : '']
      .filter(Boolean)
      .join(', ');
    choices.push({ label: context, description, value: { place: { context }, isWhole: false } });
  }
  return editor.pick(`Where ${name} is to run`, choices);
}

async function complete(
  editor: Editor,
  notebook: NotebookFile,
  known: ClustersDocument,
  begun: ClusterPlace,
): Promise<ClusterPlace | undefined> {
  if (begun.context === undefined || begun.namespace !== undefined) {
    const image = await chooseImage(editor, notebook, known);
    return image === undefined ? undefined : { ...begun, image };
  }
  const seen = await ask(editor, notebook, ['clusters', '--context', begun.context]);
  if (seen === undefined) return undefined;
  const namespace = await chooseNamespace(editor, begun.context, seen);
  if (namespace === undefined) return undefined;
  const image = await chooseImage(editor, notebook, known);
  if (image === undefined) return undefined;
  const gpus = await chooseGpus(editor, notebook, seen);
  return gpus === undefined ? undefined : { ...begun, namespace, image, ...gpus };
}

const OTHER = { other: true } as const;
type Other = typeof OTHER;

async function chooseNamespace(
  editor: Editor,
  context: string,
  { contexts, places }: ClustersDocument,
): Promise<string | undefined> {
  const own = contexts.find(({ name }) => name === context)?.namespace ?? 'default';
  const listed = places && 'names' in places.namespaces ? places.namespaces.names : [];
  const choices: Choice<string | Other>[] = [
    { label: own, description: 'of the context', value: own },
    ...listed.filter((name) => name !== own).map((name) => ({ label: name, value: name })),
    {
      label: 'Another…',
      ...(places && 'why' in places.namespaces ? { detail: 'You may not list the namespaces there.' } : {}),
      value: OTHER,
    },
  ];
  const chosen = await editor.pick(`Namespace in ${context}`, choices);
  if (typeof chosen === 'string' || chosen === undefined) return chosen;
  const typed = await editor.input({
    title: `Namespace in ${context}`,
    prompt: 'Its name',
    value: '',
    problem: namespaceProblem,
  });
  return typed?.trim();
}

async function chooseImage(
  editor: Editor,
  { name }: NotebookFile,
  { notebook }: ClustersDocument,
): Promise<string | undefined> {
  const from = new Map<string, string>();
  const offer = (image: string | undefined, where: string): void => {
    if (image !== undefined && !from.has(image)) from.set(image, where);
  };
  offer(notebook?.image, 'of the notebook');
  for (const profile of notebook?.profiles ?? []) offer(profile.image, `of profile ${profile.name}`);
  for (const image of remembered(editor.memory).images) offer(image, 'used before');
  const choices: Choice<string | Other>[] = [...from].map(([image, description]) => ({
    label: imageWords(image),
    description,
    detail: image,
    value: image,
  }));
  const title = `Image that ${name} is to run in`;
  const chosen =
    choices.length === 0
      ? OTHER
      : await editor.pick(title, [...choices, { label: 'Another…', value: OTHER }]);
  if (typeof chosen === 'string' || chosen === undefined) return chosen;
  const typed = await editor.input({
    title,
    prompt: 'By its digest: name@sha256:…',
    value: '',
    problem: imageProblem,
  });
  return typed?.trim();
}

type Gpus = { gpu: number; product?: string };

async function chooseGpus(
  editor: Editor,
  { name }: NotebookFile,
  { places }: ClustersDocument,
): Promise<Gpus | undefined> {
  const products = places && 'products' in places.gpus ? places.gpus.products : [];
  const offered = products.length > 0 ? products.flatMap(countsOf) : [{ gpu: 1 }, { gpu: 2 }, { gpu: 4 }];
  const why =
    places && 'why' in places.gpus ? 'You may not list the nodes there, so any product.' : undefined;
  const choices = [{ gpu: 0 }, ...offered].map((gpus: Gpus): Choice<Gpus> => ({
    label: gpus.gpu === 0 ? 'None' : gpuWords(gpus.gpu, gpus.product),
    ...(why !== undefined && gpus.gpu > 0 ? { description: why } : {}),
    value: gpus,
  }));
  return editor.pick(`GPUs for ${name}`, choices);
}

/** 1, 2, 4 …, and all that one node has. */
function countsOf({ product, most }: GpuProduct): Gpus[] {
  const counts: Gpus[] = [];
  for (let gpu = 1; gpu < most; gpu *= 2) counts.push({ gpu, product });
  return [...counts, { gpu: most, product }];
}

async function ask(
  editor: Editor,
  notebook: NotebookFile,
  args: string[],
): Promise<ClustersDocument | undefined> {
  const ended = await editor.withProgress('Looking for clusters', (_, signal) =>
    editor.commandLine.run({ args, folder: notebook.folder, signal }),
  );
  if (ended.code === 0) return ended.document as ClustersDocument;
  await tellTrouble(editor, notebook, ended);
  return undefined;
}
