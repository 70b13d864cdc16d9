/** What is kept of the user's choices for the workspace: names, and nothing that opens a door. */
import type { Memory } from '../kernels/remoteHost';
import { type ClusterPlace, imageProblem, placeIn } from './place';

const KEY = 'reprise.kubernetes';
const MOST_IMAGES = 5;

export type Remembered = { place?: ClusterPlace; images: string[] };

export function remembered(memory: Memory): Remembered {
  const kept = (memory.get(KEY) ?? {}) as { place?: unknown; images?: unknown };
  const place = placeIn(kept.place);
  const images: unknown[] = Array.isArray(kept.images) ? kept.images : [];
  return {
    ...(place === undefined ? {} : { place }),
    images: images.filter(
      (image): image is string => typeof image === 'string' && imageProblem(image) === undefined,
    ),
  };
}

export async function remember(memory: Memory, place: ClusterPlace): Promise<void> {
  const { images } = remembered(memory);
  const known = place.image === undefined ? images : [place.image, ...images];
  await memory.update(KEY, { place, images: [...new Set(known)].slice(0, MOST_IMAGES) });
}
