/** Choosing a place in a cluster: what is offered, what is asked next, and what comes of it. */
import { describe, expect, it } from 'vitest';
import { choosePlace } from '../../../../src/vscode/kubernetes/choosing';
import type { ClusterPlace } from '../../../../src/vscode/kubernetes/place';
import type { FakeEditor } from '../fakeEditor';
import { editorWith, UNSEEN } from './clusters';
import { DIGEST, IMAGE } from './sent';

const OTHER_IMAGE = `other@sha256:${'b'.repeat(64)}`;
const LOOKING = 'progress Looking for clusters';
const IMAGES = 'Image that study.ipynb is to run in';

function choose(editor: FakeEditor, ...answers: string[]): Promise<ClusterPlace | undefined> {
  editor.answers = answers;
  return choosePlace(editor, editor.front!);
}

function keeping(editor: FakeEditor, place: unknown, images: unknown = []): FakeEditor {
  editor.kept.set('reprise.kubernetes', { place, images });
  return editor;
}

describe('the first list', () => {
  it('has what was chosen last, the profiles and the contexts', async () => {
    const profiles = [
      { name: 'team', context: 'lab', image: IMAGE, gpu: { count: 2, product: 'H100' } },
      { name: 'small', namespace: 'a' },
    ];
    const editor = keeping(editorWith({ notebook: { profiles } }), {
      context: 'lab',
      namespace: 'a',
      image: IMAGE,
    });
    expect(await choose(editor)).toBeUndefined();
    expect(editor.done).toEqual([
      LOOKING,
      [
        'Where study.ipynb is to run',
        'As last time: lab · a · team/notebook@a7cba90df349',
        '– reprise.yaml',
        'team | lab · 2 × H100 · team/notebook@a7cba90df349',
        'small | a',
        '– kubeconfig',
        'lab | lab-cluster, current',
        'other',
      ].join('\n'),
    ]);
    // Who leaves has chosen nothing.
    expect(editor.kept.get('reprise.kubernetes')).toMatchObject({ images: [] });
  });

  it.each([
    ['a profile that is no longer there', { profile: 'gone', image: IMAGE }],
    ['a context that is no longer there', { context: 'gone', namespace: 'a', image: IMAGE }],
    ['what is no place', { context: ['lab'], profile: 7 }],
    ['no more than a text', 'lab'],
  ])('is without %s', async (_, place) => {
    const editor = keeping(editorWith({}), place);
    await choose(editor);
    expect(editor.done[1]).toBe(
      'Where study.ipynb is to run\n– kubeconfig\nlab | lab-cluster, current\nother',
    );
  });
});

describe('a profile', () => {
  it.each([
    ['has an image', { profiles: [{ name: 'team', image: IMAGE }] }],
    ['needs none, as the notebook has one', { image: IMAGE, profiles: [{ name: 'team' }] }],
  ])('that %s is all that is asked', async (_, notebook) => {
    const editor = editorWith({ notebook });
    expect(await choose(editor, 'team')).toEqual({ profile: 'team' });
    expect(editor.done).toHaveLength(2);
    expect(editor.kept.get('reprise.kubernetes')).toEqual({ place: { profile: 'team' }, images: [] });
  });

  it('without an image has it asked, from those of other profiles and those used before', async () => {
    const profiles = [{ name: 'bare' }, { name: 'team', image: IMAGE }];
    const editor = keeping(editorWith({ notebook: { profiles } }), undefined, [
      IMAGE,
      OTHER_IMAGE,
      'notebook:latest',
    ]);
    expect(await choose(editor, 'bare', 'other@bbbbbbbbbbbb')).toEqual({
      profile: 'bare',
      image: OTHER_IMAGE,
    });
    expect(editor.done[2]).toBe(
      `${IMAGES}\nteam/notebook@a7cba90df349 | of profile team\nother@bbbbbbbbbbbb | used before\nAnother…`,
    );
  });
});

describe('as last time', () => {
  const last = 'As last time: profile team';

  it('asks nothing more', async () => {
    const editor = keeping(editorWith({ notebook: { profiles: [{ name: 'team', image: IMAGE }] } }), {
      profile: 'team',
    });
    expect(await choose(editor, last)).toEqual({ profile: 'team' });
  });

  it('asks for the image where the profile has none any more', async () => {
    const editor = keeping(editorWith({ notebook: { profiles: [{ name: 'team' }] } }), { profile: 'team' });
    expect(await choose(editor, last, IMAGE)).toEqual({ profile: 'team', image: IMAGE });
    expect(editor.done.slice(2)).toEqual([`${IMAGES}: `]);
  });

  it('asks for the image alone where what was kept names it without its digest', async () => {
    const kept = { context: 'lab', namespace: 'a', image: 'notebook:latest', gpu: 2 };
    const editor = keeping(editorWith({}), kept);
    expect(await choose(editor, 'As last time: lab · a · 2 GPUs', IMAGE)).toEqual({ ...kept, image: IMAGE });
  });
});

describe('a context', () => {
  it('asks for namespace, image and GPUs, and keeps what was chosen', async () => {
    const editor = editorWith({ notebook: { image: IMAGE, profiles: [] } });
    const place = { context: 'lab', namespace: 'team', image: IMAGE, gpu: 4, product: 'NVIDIA-H100' };
    const answers = ['lab', 'team', 'team/notebook@a7cba90df349', '4 × NVIDIA-H100'];
    expect(await choose(editor, ...answers)).toEqual(place);
    expect(editor.done.slice(2)).toEqual([
      LOOKING,
      'Namespace in lab\nnotebooks | of the context\ndefault\nteam\nAnother…',
      `${IMAGES}\nteam/notebook@a7cba90df349 | of the notebook\nAnother…`,
      'GPUs for study.ipynb\nNone\n1 × NVIDIA-H100\n2 × NVIDIA-H100\n4 × NVIDIA-H100',
    ]);
    expect(editor.kept.get('reprise.kubernetes')).toEqual({ place, images: [IMAGE] });
  });

  it('can be left at each step, and nothing is kept', async () => {
    const answers = ['lab', 'Another…', 'team', 'Another…', IMAGE];
    for (let taken = 0; taken <= answers.length; taken++) {
      const editor = editorWith({ notebook: { image: `a@sha256:${DIGEST}`, profiles: [] } });
      expect(await choose(editor, ...answers.slice(0, taken))).toBeUndefined();
      expect(editor.kept.size).toBe(0);
    }
  });

  it('takes another namespace and another image, once they can be right', async () => {
    const editor = editorWith({ notebook: { image: OTHER_IMAGE, profiles: [] } });
    const typed = [
      'lab',
      'Another…',
      'My Team',
      ' mine ',
      'Another…',
      'notebook:latest',
      ` ${IMAGE} `,
      'None',
    ];
    expect(await choose(editor, ...typed)).toEqual({
      context: 'lab',
      namespace: 'mine',
      image: IMAGE,
      gpu: 0,
    });
    expect(editor.done).toEqual(
      expect.arrayContaining([
        'It has small letters, digits and hyphens, at most 63.',
        'Give its digest, name@sha256:…: a tag is moved to another image.',
      ]),
    );
  });

  it('of a cluster that shows nothing offers what can be offered', async () => {
    const editor = editorWith({ places: UNSEEN });
    expect(await choose(editor, 'lab', 'notebooks', IMAGE, '2 GPUs')).toEqual({
      context: 'lab',
      namespace: 'notebooks',
      image: IMAGE,
      gpu: 2,
    });
    const why = 'You may not list the nodes there, so any product.';
    expect(editor.done.filter((shown) => /^Namesp|^GPUs/.test(shown))).toEqual([
      'Namespace in lab\nnotebooks | of the context\nAnother…',
      `GPUs for study.ipynb\nNone\n1 GPU | ${why}\n2 GPUs | ${why}\n4 GPUs | ${why}`,
    ]);
  });
});

it('tells why there is nothing to choose from', async () => {
  const editor = editorWith({});
  const error = { schema: 'reprise/error/0', reason: 'bad-profile', message: 'reprise.yaml:2 is wrong.' };
  editor.program(`print(${JSON.stringify(error)}); process.exitCode = 2;`);
  expect(await choose(editor, 'Open reprise.yaml')).toBeUndefined();
  expect(editor.done).toEqual([
    LOOKING,
    'error: study.ipynb: reprise.yaml:2 is wrong. [Open reprise.yaml]',
    'open ./reprise.yaml',
  ]);
});
