import { describe, expect, it } from 'vitest';
import {
  BUNDLE,
  inputs,
  OBJECT_BYTES,
  partsOf,
  SUPPLIED_BYTES,
  wayOf,
} from '../../../src/cluster/manifests/inputs';
import type { ConfigMap } from '../../../src/cluster/manifests/kubernetes';
import { replayRequest } from './requests';

const ONE = OBJECT_BYTES - BUNDLE.length;
const PART = OBJECT_BYTES - `${BUNDLE}.000`.length;

/** Bytes of an object as the API server counts them, and its keys. */
function sizeOf({ data = {}, binaryData = {} }: ConfigMap): number {
  const texts = Object.entries(data).map(([key, text]) => key.length + Buffer.byteLength(text));
  const bytes = Object.entries(binaryData).map(
    ([key, text]) => key.length + Buffer.from(text, 'base64').length,
  );
  return [...texts, ...bytes].reduce((sum, size) => sum + size, 0);
}

/** Bytes that differ from place to place, so that a part out of order shows. */
function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 2654435761) >>> 24);
}

describe('the bundle', () => {
  it.each([
    [0, 1],
    [ONE - 1, 1],
    [ONE, 1],
    [ONE + 1, 2],
    [OBJECT_BYTES, 2],
    [2 * PART, 2],
    [2 * PART + 1, 3],
  ])('of %d bytes goes into %d objects, none too big, and comes out the same', (length, count) => {
    const bundle = bytes(length);
    const { objects } = inputs(replayRequest(), { agent: bytes(10), pod: '{}', bundle });
    const carriers = objects.slice(1);
    expect(carriers).toHaveLength(count);
    expect(Math.max(...carriers.map(sizeOf))).toBeLessThanOrEqual(OBJECT_BYTES);
    const parts = carriers
      .flatMap(({ binaryData = {} }) => Object.entries(binaryData))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, text]) => Buffer.from(text, 'base64'));
    expect(Buffer.concat(parts).equals(bundle)).toBe(true);
  });

  it('is taken from where it stands in a larger buffer', () => {
    const [part] = partsOf(bytes(100).subarray(20, 30));
    expect(part?.bytes).toEqual(bytes(100).subarray(20, 30));
  });

  it.each([
    [2000, 'configmap', 'The notebook and its files (2 KiB) travel in one ConfigMap.'],
    [ONE, 'configmap', 'The notebook and its files (1024 KiB) travel in one ConfigMap.'],
    [ONE + 1, 'configmaps', 'The notebook and its files (1024 KiB) travel in 2 ConfigMaps: one holds 1 MiB.'],
    [
      10 * OBJECT_BYTES,
      'configmaps',
      'The notebook and its files (10 MiB) travel in 11 ConfigMaps: one holds 1 MiB.',
    ],
    [
      10 * OBJECT_BYTES + 1,
      'exec',
      'The notebook and its files (10.1 MiB, and 10 MiB fit into ConfigMaps) are brought to the pod once it runs: ' +
        'leave this command running until the pod has them.',
    ],
    [
      SUPPLIED_BYTES,
      'exec',
      'The notebook and its files (512 MiB, and 10 MiB fit into ConfigMaps) are brought to the pod once it runs: ' +
        'leave this command running until the pod has them.',
    ],
  ])('of %d bytes goes by %s, and the user is told', (size, way, sentence) => {
    expect(wayOf(size)).toMatchObject({ way, sentence });
  });
});

describe('the inputs of a run', () => {
  it('are immutable, labelled and named after the attempt', () => {
    const made = inputs(replayRequest({}, { attempt: 2 }), {
      agent: bytes(10),
      pod: '{"schema":"reprise/pod/1"}',
      bundle: bytes(10),
      lock: 'numpy==2.3.1 --hash=sha256:00\n',
    });
    const name = 'reprise-20261126-101500-k3v9qa-2';
    expect(made.mounted).toEqual([`${name}-agent`, `${name}-bundle`]);
    expect(made.lock).toBe(`${name}-lock`);
    expect(made.objects.map(({ metadata }) => metadata.name)).toEqual([...made.mounted, made.lock]);
    for (const { immutable, metadata } of made.objects) {
      expect(immutable).toBe(true);
      expect(metadata).toMatchObject({
        namespace: 'notebooks',
        labels: { 'reprise.dev/run': '20261126-101500-k3v9qa', 'app.kubernetes.io/managed-by': 'reprise' },
      });
    }
    const pod = made.objects[0]?.binaryData?.['pod.json'] ?? '';
    expect(Buffer.from(pod, 'base64').toString()).toBe('{"schema":"reprise/pod/1"}');
  });

  it('hold no bundle where a URL brings it, or a client', () => {
    const made = inputs(replayRequest(), { agent: bytes(10), pod: '{}' });
    expect(made.mounted).toEqual(['reprise-20261126-101500-k3v9qa-agent']);
  });
});
