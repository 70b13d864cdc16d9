/** A run as files for a repository that a cluster follows: a Kustomize base, and an Argo CD Application over it. */
import { FLAVOURS } from '../cluster/manifests/flavours';
import type { Inputs } from '../cluster/manifests/inputs';
import type { Manifest } from '../cluster/manifests/kubernetes';
import { type JobRequest, nameOf } from '../cluster/manifests/request';
import { yamlText } from '../cluster/manifests/text';
import { Failure } from '../notebook/failure';

/** `path` is relative to the folder that is exported to, with `/`. */
export type ExportFile = { path: string; text: string };

/** Where the files will be committed. */
export type Source = {
  repoURL: string;
  /** The folder in the repository that the files are exported to, with `/`. */
  path: string;
  /** Of 40 hexadecimal digits: what a branch names changes under the cluster. */
  commit: string;
};

/**
 * The job, its inputs and a `kustomization.yaml` with the image by its digest, in `base/`. The job is named after its run,
 * because its pod cannot be changed; Argo CD takes it as a hook, made anew at each sync and not kept in step afterwards.
 */
export function kustomizeFiles(request: JobRequest, { objects }: Inputs): ExportFile[] {
  const run = withoutNamespace(FLAVOURS[request.target.flavour].manifest(request));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...(request.target.namespace === undefined ? {} : { namespace: request.target.namespace }),
    resources: ['inputs.yaml', 'job.yaml'],
    images: [imageOf(request.image)],
  };
  return [
    { path: 'base/inputs.yaml', text: yamlText(objects.map(withoutNamespace)) },
    { path: 'base/job.yaml', text: yamlText([asHook(run)]) },
    { path: 'base/kustomization.yaml', text: yamlText([kustomization]) },
  ];
}

/**
 * The same, and `application.yaml`.
 * @throws Failure `bad-commit`
 */
export function argocdFiles(request: JobRequest, inputs: Inputs, source: Source): ExportFile[] {
  if (!/^[0-9a-f]{40}$/.test(source.commit)) {
    throw new Failure(
      'usage',
      'bad-commit',
      `${source.commit} is no commit for good: a branch or a tag is moved to another one. Nothing was written. Give all 40 digits of the commit.`,
    );
  }
  const application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: nameOf(request), namespace: 'argocd' },
    spec: {
      project: 'default',
      source: {
        repoURL: source.repoURL,
        path: source.path === '' ? 'base' : `${source.path}/base`,
        targetRevision: source.commit,
        kustomize: { images: [request.image] },
      },
      destination: {
        server: 'https://kubernetes.default.svc',
        ...(request.target.namespace === undefined ? {} : { namespace: request.target.namespace }),
      },
    },
  };
  return [...kustomizeFiles(request, inputs), { path: 'application.yaml', text: yamlText([application]) }];
}

/** In the wave after its inputs. */
function asHook<T extends Manifest>(object: T): T {
  const annotations = {
    ...object.metadata.annotations,
    'argocd.argoproj.io/hook': 'Sync',
    'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
    'argocd.argoproj.io/sync-wave': '1',
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The kustomization says it, for all of them. */
function withoutNamespace<T extends Manifest>(object: T): T {
  const { namespace: _namespace, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function imageOf(image: string): { name: string; digest: string } {
  const [name = '', digest = ''] = image.split('@');
  return { name, digest };
}
