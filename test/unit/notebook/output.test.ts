import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  joinStreams,
  layout,
  layoutDigest,
  rawDigest,
  rawForm,
  type Output,
} from '../../../src/notebook/output';

type Vector = { name: string; raw: string; layout: string; outputs: Output[] };

const file = new URL('../../vectors/raw.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] };
const stream = (text: string, name = 'stdout'): Output => ({ output_type: 'stream', name, text });
const figure: Output = { output_type: 'display_data', data: { 'text/plain': 'figure' }, metadata: {} };

describe('digests of outputs', () => {
  it.each(vectors)('are those of the agent: $name', ({ outputs, raw, layout: inPlace }) => {
    expect({ raw: rawDigest(outputs), layout: layoutDigest(outputs) }).toEqual({ raw, layout: inPlace });
  });

  it('differ between any two vectors that are not said to be the same', () => {
    const same = new Set(['the same without them']);
    const digests = vectors.filter(({ name }) => !same.has(name)).map(({ outputs }) => layoutDigest(outputs));
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('see text that changed sides of a figure only in the layout', () => {
    const [before, after] = [
      [stream('ab'), figure],
      [stream('a'), figure, stream('b')],
    ];
    expect(rawDigest(before)).toBe(rawDigest(after));
    expect(layoutDigest(before)).not.toBe(layoutDigest(after));
  });

  it('see a last bit, a space and the order of streams', () => {
    const json = (value: number): Output[] => [
      { output_type: 'display_data', data: { 'application/json': value } },
    ];
    expect(rawDigest(json(0.1))).not.toBe(rawDigest(json(0.10000000000000002)));
    expect(rawDigest([stream('a ')])).not.toBe(rawDigest([stream('a')]));
    expect(rawDigest([stream('a'), stream('b', 'stderr')])).not.toBe(
      rawDigest([stream('b', 'stderr'), stream('a')]),
    );
  });

  it('refuse an infinite number, which JSON cannot say', () => {
    const outputs = JSON.parse(
      '[{ "output_type": "display_data", "data": { "application/json": 1e400 } }]',
    ) as Output[];
    expect(() => rawDigest(outputs)).toThrow('Infinity');
  });
});

describe('joined streams', () => {
  const outputs = [stream('a'), stream('x', 'stderr'), stream('b'), figure, stream('c')];

  it('stand where each name first appeared', () => {
    expect(joinStreams(outputs)).toEqual([stream('abc'), stream('x', 'stderr'), figure]);
  });

  it('stop at a display in the layout', () => {
    expect(layout(outputs)).toEqual([stream('ab'), stream('x', 'stderr'), figure, stream('c')]);
  });

  it('leave what they were made of alone', () => {
    const given = structuredClone(outputs);
    joinStreams(outputs);
    rawForm(outputs);
    expect(outputs).toEqual(given);
  });
});
