import { plain } from './observed';

const IMAGE_REASONS = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
]);

export function isImageReason(reason: string | undefined): boolean {
  return reason !== undefined && IMAGE_REASONS.has(reason);
}

/** Why the image is not there, and what to do; the message is the container runtime's. */
export function imageWords(image: string, message: string): string {
  const what = `The image ${plain(image)}`;
  if (/couldn't parse image|invalid reference format/i.test(message))
    return `${plain(image)} is no name of an image: give one as registry/name@sha256:…`;
  if (/unauthorized|denied|forbidden|\b40[13]\b|authentication required/i.test(message)) {
    return `${what} may not be pulled: the registry wants credentials. Name a Secret with them in reprise.yaml (imagePullSecrets), or check that it may read this image.`;
  }
  if (/toomanyrequests|\b429\b/i.test(message))
    return `${what} cannot be pulled now: the registry has had too many requests. It is tried again.`;
  if (/not found|manifest unknown|no such image|\b404\b/i.test(message))
    return `${what} is not in its registry. Push it, or give the digest of one that is there: --image name@sha256:…`;
  if (/no such host|connection refused|i\/o timeout|dial tcp|TLS|x509/i.test(message))
    return `${what} cannot be pulled: the node does not reach the registry (${plain(message)}). It is tried again.`;
  if (/no match for platform|exec format/i.test(message))
    return `${what} is not for the nodes' processors: build it for theirs, too.`;
  return `${what} cannot be pulled: ${plain(message)}. It is tried again.`;
}
