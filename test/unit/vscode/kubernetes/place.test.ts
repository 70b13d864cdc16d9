/** Where a run is to go, as it is typed, kept, shown, and given to the command line. */
import { describe, expect, it } from 'vitest';
import {
  flagsOf,
  gpuWords,
  imageProblem,
  imageWords,
  namespaceProblem,
  placeIn,
  placeWords,
} from '../../../../src/vscode/kubernetes/place';
import { remember, remembered } from '../../../../src/vscode/kubernetes/remembered';
import { FakeEditor } from '../fakeEditor';
import { DIGEST, IMAGE } from './sent';

const KEY = 'reprise.kubernetes';
const PLACE = { context: 'lab', namespace: 'notebooks', image: IMAGE, gpu: 2, product: 'H100' };

function keeping(kept: unknown): FakeEditor {
  const editor = new FakeEditor();
  editor.kept.set(KEY, kept);
  return editor;
}

it('is given as flags, and only what was chosen', () => {
  expect(flagsOf(PLACE).join(' ')).toBe(
    `--context lab --namespace notebooks --image ${IMAGE} --gpu 2 --gpu-product H100`,
  );
  expect(flagsOf({ profile: 'team' })).toEqual(['--profile', 'team']);
  expect(flagsOf({ context: 'lab', gpu: 0 })).toEqual(['--context', 'lab', '--gpu', 'none']);
});

it('is said in words', () => {
  expect(placeWords(PLACE)).toBe('lab · notebooks · 2 × H100 · team/notebook@a7cba90df349');
  expect(placeWords({ profile: 'team', gpu: 0 })).toBe('profile team · no GPU');
  expect(placeWords({})).toBe('');
  expect([gpuWords(1), gpuWords(2)]).toEqual(['1 GPU', '2 GPUs']);
  expect(imageWords(`notebook:1@sha256:${DIGEST}`)).toBe('notebook:1@a7cba90df349');
});

it.each([
  [IMAGE, undefined],
  [` ${IMAGE}\n`, undefined],
  [`host:5000/a/b:tag@sha256:${DIGEST}`, undefined],
  ['team/notebook:latest', /^Give its digest/],
  ['', /^Give its digest/],
  [`team/notebook@sha256:${DIGEST}0`, /^A digest is/],
  [`team/notebook@sha256:${DIGEST.toUpperCase()}`, /^A digest is/],
  [`te am@sha256:${DIGEST}`, /^A digest is/],
])('the image "%s" is judged while it is typed', (typed, problem) => {
  if (problem === undefined) expect(imageProblem(typed)).toBeUndefined();
  else expect(imageProblem(typed)).toMatch(problem);
});

it.each([
  ['a', true],
  [' team-1 ', true],
  ['a'.repeat(63), true],
  ['a'.repeat(64), false],
  ['', false],
  ['Team', false],
  ['-a', false],
  ['a/b', false],
  ['a\0', false],
])('the namespace "%s" is good: %s', (typed, isGood) => {
  expect(namespaceProblem(typed) === undefined).toBe(isGood);
});

describe('what was kept', () => {
  it('comes back as it was', async () => {
    const editor = new FakeEditor();
    await remember(editor.memory, PLACE);
    expect(remembered(editor.memory)).toEqual({ place: PLACE, images: [IMAGE] });
  });

  it.each([undefined, null, 7, 'lab', [], { place: 'lab' }, { place: null }, { place: {} }, { images: {} }])(
    'is nothing where it is %j',
    (kept) => {
      expect(remembered(keeping(kept).memory)).toEqual({ images: [] });
    },
  );

  it.each([
    ['an image without its digest', { image: 'team/notebook:latest' }],
    ['an image that is no text', { image: [IMAGE] }],
    ['a namespace that none can have', { namespace: 'a\0--as=root' }],
    ['a namespace that is no text', { namespace: {} }],
    ['an empty product', { product: '' }],
    ['a count of GPUs in words', { gpu: '2' }],
    ['half a GPU', { gpu: 0.5 }],
    ['fewer GPUs than none', { gpu: -1 }],
    ['more GPUs than can be counted', { gpu: 1e21 }],
  ])('comes without %s', (_, fields) => {
    expect(placeIn({ context: 'lab', ...fields })).toEqual({ context: 'lab' });
  });

  it.each([{ profile: 7 }, { context: '' }, { namespace: 'a', image: IMAGE }])(
    'is no place without a profile or a context: %j',
    (kept) => {
      expect(placeIn(kept)).toBeUndefined();
    },
  );

  it('has the images that were used last, each once and at most five', async () => {
    const image = (n: number): string => `notebook@sha256:${String(n).repeat(64)}`;
    const editor = keeping({ images: ['notebook:latest', 7, image(1), image(2), image(3), image(4)] });
    await remember(editor.memory, { context: 'lab', image: image(3) });
    await remember(editor.memory, { profile: 'team' });
    await remember(editor.memory, { context: 'lab', image: image(5) });
    await remember(editor.memory, { context: 'lab', image: image(6) });
    expect(remembered(editor.memory).images).toEqual([6, 5, 3, 1, 2].map(image));
  });
});
