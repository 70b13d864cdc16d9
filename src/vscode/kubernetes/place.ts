/** Where in a cluster a notebook is to run, as the user chose it and as the command line takes it. */

/** What is absent is for the profile, the kubeconfig or the command's default to say. It holds no credential. */
export type ClusterPlace = {
  profile?: string;
  context?: string;
  namespace?: string;
  /** By digest. */
  image?: string;
  /** How many; 0 for none. */
  gpu?: number;
  product?: string;
};

export function flagsOf({ profile, context, namespace, image, gpu, product }: ClusterPlace): string[] {
  const given = {
    '--profile': profile,
    '--context': context,
    '--namespace': namespace,
    '--image': image,
    '--gpu': gpu === 0 ? 'none' : gpu?.toString(),
    '--gpu-product': product,
  };
  return Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
}

/** "lab · notebooks · 1 × NVIDIA-H100-80GB-HBM3 · team/notebook@a7cba90df349" */
export function placeWords({ profile, context, namespace, image, gpu, product }: ClusterPlace): string {
  const gpus = gpu === undefined ? undefined : gpuWords(gpu, product);
  const parts = [profile && `profile ${profile}`, context, namespace, gpus, image && imageWords(image)];
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

export function gpuWords(count: number, product?: string): string {
  if (count === 0) return 'no GPU';
  if (product === undefined) return count === 1 ? '1 GPU' : `${count} GPUs`;
  return `${count} × ${product}`;
}

/** Its name and enough of its digest to tell it from others. */
export function imageWords(image: string): string {
  const [name = '', digest = ''] = image.split('@sha256:');
  return `${name.split('/').slice(-2).join('/')}@${digest.slice(0, 12)}`;
}

/** What is wrong with a typed image, if anything. */
export function imageProblem(text: string): string | undefined {
  const given = text.trim();
  if (/^[\w.\-/:]+@sha256:[0-9a-f]{64}$/.test(given)) return undefined;
  return given.includes('@')
    ? 'A digest is sha256: and 64 digits of 0-9 and a-f.'
    : 'Give its digest, name@sha256:…: a tag is moved to another image.';
}

/** What is wrong with a typed namespace, if anything. */
export function namespaceProblem(text: string): string | undefined {
  return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text.trim())
    ? undefined
    : 'It has small letters, digits and hyphens, at most 63.';
}

/** What was kept, as far as it can be used. */
export function placeIn(value: unknown): ClusterPlace | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const kept = value as Record<string, unknown>;
  const text = (name: string): Partial<ClusterPlace> =>
    typeof kept[name] === 'string' && kept[name] !== '' ? { [name]: kept[name] } : {};
  const { namespace, image, gpu } = kept;
  const place: ClusterPlace = {
    ...text('profile'),
    ...text('context'),
    ...(typeof namespace === 'string' && namespaceProblem(namespace) === undefined ? text('namespace') : {}),
    ...(typeof image === 'string' && imageProblem(image) === undefined ? text('image') : {}),
    ...(typeof gpu === 'number' && Number.isSafeInteger(gpu) && gpu >= 0 ? { gpu } : {}),
    ...text('product'),
  };
  return place.profile === undefined && place.context === undefined ? undefined : place;
}
