/** The states in which repositories are found. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Place } from './place';

export type Found = {
  /** The root of the notebook, absolute. */
  root: string;
  /** The working tree's top, where it is another folder. */
  top?: string;
  /** The folder that the repository keeps itself in; none where there is no repository. */
  git?: string;
};

export type State = {
  name: string;
  build: (place: Place) => Found;
  /** Files and folders that are on disk and not in the snapshot, relative to the top, besides ignored ones. */
  left?: string[];
  /** No snapshot is taken: why, in the notice; silently where it is empty. */
  none?: string;
};

const BIG = 11 << 20;

/** The repository that most states start from: a changed notebook, a staged file and one that git does not know yet. */
function dirty(place: Place, at = 'study'): Found {
  const root = place.repository(at);
  place.write(`${at}/train.ipynb`, '{"cells": [1]}\n');
  place.write(`${at}/staged.py`, 'x = 1\n');
  place.git(at, 'add', 'staged.py');
  place.write(`${at}/helper.py`, 'y = 2\n');
  return { root, git: `${root}/.git` };
}

export const STATES: State[] = [
  {
    name: 'no repository',
    none: '',
    build: (place) => (place.write('plain/train.ipynb', '{}'), { root: place.path('plain') }),
  },
  { name: 'clean', build: (place) => ({ root: place.repository(), git: place.path('study/.git') }) },
  { name: 'dirty: changed, staged, untracked', build: (place) => dirty(place) },
  {
    name: 'staged, and changed again since',
    build: (place) => {
      const found = dirty(place);
      appendFileSync(place.path('study/staged.py'), 'x = 3\n');
      return found;
    },
  },
  {
    name: 'deleted, and removed from the index only',
    build: (place) => {
      const found = dirty(place);
      rmSync(place.path('study/lib/model.py'));
      place.git('study', 'rm', '-q', '--cached', 'data/small.csv');
      return found;
    },
  },
  {
    name: 'renamed, made executable, turned into a link',
    build: (place) => {
      const found = dirty(place);
      renameSync(place.path('study/lib/model.py'), place.path('study/lib/net.py'));
      chmodSync(place.path('study/helper.py'), 0o755);
      rmSync(place.path('study/data'), { recursive: true });
      mkdirSync(place.path('study/elsewhere'));
      writeFileSync(place.path('study/elsewhere/small.csv'), 'a\n');
      symlinkSync('elsewhere', place.path('study/data'));
      return found;
    },
  },
  {
    name: 'unborn branch',
    build: (place) => {
      mkdirSync(place.path('study'));
      place.git('study', 'init', '-q');
      place.write('study/train.ipynb', '{}\n');
      place.write('study/helper.py', 'y = 2\n');
      place.git('study', 'add', 'train.ipynb');
      return { root: place.path('study'), git: place.path('study/.git') };
    },
  },
  {
    name: 'empty: nothing at all in it but the notebook',
    build: (place) => {
      mkdirSync(place.path('study'));
      place.git('study', 'init', '-q');
      place.write('study/train.ipynb', '{}\n');
      return { root: place.path('study'), git: place.path('study/.git') };
    },
  },
  {
    name: 'detached head',
    build: (place) => {
      const found = dirty(place);
      place.git('study', 'checkout', '-q', '--detach');
      return found;
    },
  },
  {
    name: 'merge in progress, with a conflict',
    build: (place) => {
      const root = place.repository();
      place.git('study', 'checkout', '-q', '-b', 'other');
      place.write('study/lib/model.py', 'rate = 0.2\n');
      place.commit('study', 'other');
      place.git('study', 'checkout', '-q', 'main');
      place.write('study/lib/model.py', 'rate = 0.3\n');
      place.commit('study', 'ours');
      refused(() => place.git('study', 'merge', '-q', 'other'));
      return { root, git: `${root}/.git` };
    },
  },
  {
    name: 'merge in progress, with a file that one side deleted',
    build: (place) => {
      const root = place.repository();
      place.git('study', 'checkout', '-q', '-b', 'other');
      place.git('study', 'rm', '-q', 'lib/model.py');
      place.git('study', 'commit', '-q', '-m', 'other');
      place.git('study', 'checkout', '-q', 'main');
      place.write('study/lib/model.py', 'rate = 0.3\n');
      place.commit('study', 'ours');
      refused(() => place.git('study', 'merge', '-q', 'other'));
      rmSync(place.path('study/lib/model.py'));
      return { root, git: `${root}/.git` };
    },
  },
  {
    name: 'rebase in progress',
    build: (place) => {
      const root = place.repository();
      place.git('study', 'checkout', '-q', '-b', 'other');
      place.write('study/lib/model.py', 'rate = 0.2\n');
      place.commit('study', 'other');
      place.git('study', 'checkout', '-q', 'main');
      place.write('study/lib/model.py', 'rate = 0.3\n');
      place.commit('study', 'ours');
      refused(() => place.git('study', 'rebase', '-q', 'other'));
      return { root, git: `${root}/.git` };
    },
  },
  {
    name: 'a linked worktree',
    build: (place) => {
      place.repository();
      place.git('study', 'worktree', 'add', '-q', '../linked', '-b', 'linked');
      place.write('linked/train.ipynb', '{"cells": [1]}\n');
      return { root: place.path('linked'), git: place.path('study/.git') };
    },
  },
  {
    name: 'a worktree of a bare repository',
    build: (place) => {
      place.repository('origin');
      place.git('', 'clone', '-q', '--bare', 'origin', 'bare.git');
      place.git('bare.git', 'worktree', 'add', '-q', '../linked', 'main');
      place.write('linked/helper.py', 'y = 2\n');
      return { root: place.path('linked'), git: place.path('bare.git') };
    },
  },
  {
    name: 'the bare repository itself',
    none: '',
    build: (place) => {
      place.repository('origin');
      place.git('', 'clone', '-q', '--bare', 'origin', 'bare.git');
      return { root: place.path('bare.git'), git: place.path('bare.git') };
    },
  },
  {
    name: 'a submodule, with changes of its own',
    left: ['part/'],
    build: (place) => {
      place.repository('part');
      const found = dirty(place);
      place.git('study', 'submodule', '--quiet', 'add', '../part', 'part');
      place.git('study', 'commit', '-q', '-m', 'part');
      place.write('study/part/lib/model.py', 'rate = 0.9\n');
      return found;
    },
  },
  {
    name: 'the root inside a submodule',
    build: (place) => {
      place.repository('part');
      place.repository();
      place.git('study', 'submodule', '--quiet', 'add', '../part', 'part');
      place.git('study', 'commit', '-q', '-m', 'part');
      place.write('study/part/train.ipynb', '{"cells": [1]}\n');
      return { root: place.path('study/part'), git: place.path('study/.git') };
    },
  },
  {
    name: 'another repository inside, which git does not track',
    left: ['inner/'],
    build: (place) => {
      const found = dirty(place);
      place.repository('study/inner');
      return found;
    },
  },
  {
    name: 'LFS pointers, with the filter not installed',
    build: (place) => {
      const found = dirty(place);
      place.write('study/.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
      place.write('study/model.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n');
      place.write('study/other.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:11\nsize 3\n');
      place.git('study', '-c', 'filter.lfs.clean=cat', 'add', '-A');
      place.git('study', 'commit', '-q', '-m', 'pointers');
      for (const what of ['clean', 'smudge', 'process'])
        place.git('study', 'config', `filter.lfs.${what}`, `no-such-program ${what} %f`);
      place.git('study', 'config', 'filter.lfs.required', 'true');
      place.write('study/model.bin', 'the real weights\n');
      return found;
    },
  },
  {
    name: 'a filter that turns what is on disk into something else',
    build: (place) => {
      const found = dirty(place);
      place.write('study/.gitattributes', '*.txt filter=rot\n');
      place.git('study', 'config', 'filter.rot.clean', 'tr a-y b-z');
      place.git('study', 'config', 'filter.rot.smudge', 'tr b-z a-y');
      place.write('study/kept.txt', 'abc\n');
      place.commit('study', 'text');
      place.write('study/changed.txt', 'def\n');
      place.git('study', 'add', 'changed.txt');
      place.write('study/changed.txt', 'fed\n');
      return found;
    },
  },
  {
    name: 'line endings that git converts',
    build: (place) => {
      const found = dirty(place);
      place.write('study/.gitattributes', '*.csv text eol=crlf\n');
      place.write('study/rows.csv', 'a\r\nb\r\n');
      place.commit('study', 'rows');
      place.write('study/rows.csv', 'a\r\nc\r\n');
      rmSync(place.path('study/data/small.csv'));
      return found;
    },
  },
  {
    name: 'sparse checkout',
    build: (place) => {
      place.repository('origin');
      place.write('origin/large/one.bin', 'x');
      place.commit('origin', 'large');
      place.git('', 'clone', '-q', 'origin', 'study');
      place.git('study', 'sparse-checkout', 'set', '--cone', 'lib', 'data');
      place.write('study/lib/model.py', 'rate = 0.4\n');
      return { root: place.path('study'), git: place.path('study/.git') };
    },
  },
  {
    name: 'shallow clone',
    build: (place) => {
      place.repository('origin');
      place.write('origin/lib/model.py', 'rate = 0.2\n');
      place.commit('origin', 'second');
      place.git('', 'clone', '-q', '--depth', '1', `file://${place.path('origin')}`, 'study');
      place.write('study/train.ipynb', '{"cells": [1]}\n');
      return { root: place.path('study'), git: place.path('study/.git') };
    },
  },
  {
    name: 'partial clone',
    build: (place) => {
      place.repository('origin');
      place.git('origin', 'config', 'uploadpack.allowFilter', 'true');
      place.git('', 'clone', '-q', '--filter=blob:none', `file://${place.path('origin')}`, 'study');
      place.write('study/train.ipynb', '{"cells": [1]}\n');
      return { root: place.path('study'), git: place.path('study/.git') };
    },
  },
  {
    name: 'ignored notebook',
    left: ['train.ipynb'],
    build: (place) => {
      const root = place.repository();
      place.write('study/.gitignore', '*.ipynb\n');
      place.git('study', 'rm', '-q', '--cached', 'train.ipynb');
      place.commit('study', 'no notebooks');
      return { root, git: `${root}/.git` };
    },
  },
  {
    name: 'huge untracked file',
    left: ['dump.bin'],
    build: (place) => {
      const found = dirty(place);
      place.write('study/dump.bin', Buffer.alloc(BIG));
      return found;
    },
  },
  {
    name: 'hooks that would fail, and tell',
    build: (place) => {
      const found = dirty(place);
      for (const hook of [
        'pre-commit',
        'post-index-change',
        'reference-transaction',
        'post-checkout',
        'fsmonitor-watchman',
      ]) {
        place.write(`study/.git/hooks/${hook}`, `#!/bin/sh\ntouch ${place.path('hook-ran')}\nexit 1\n`);
        chmodSync(place.path(`study/.git/hooks/${hook}`), 0o755);
      }
      place.git(
        'study',
        '-c',
        'core.hooksPath=/dev/null',
        'config',
        'core.fsmonitor',
        place.path('study/.git/hooks/fsmonitor-watchman'),
      );
      return found;
    },
  },
  {
    name: 'a split index, and a log of all refs',
    build: (place) => {
      const found = dirty(place);
      place.git('study', 'update-index', '--split-index');
      place.git('study', 'config', 'core.splitIndex', 'true');
      place.git('study', 'config', 'core.logAllRefUpdates', 'always');
      return found;
    },
  },
  {
    name: 'names that look like something else',
    build: (place) => {
      const found = dirty(place);
      for (const name of [
        '-f',
        ':(exclude)x',
        'a b\tc',
        'new\nline.py',
        '*.py',
        'ünï.py',
        '"quoted"',
        'ends ',
      ])
        place.write(`study/${name}`, `${name}\n`);
      return found;
    },
  },
  {
    name: 'a notebook in a folder of the repository, and in a root of its own',
    build: (place) => {
      const found = dirty(place);
      place.write('study/deep/er/work.ipynb', '{}\n');
      return { ...found, root: place.path('study/deep/er'), top: found.root };
    },
  },
  {
    name: 'changed within the second in which it was committed',
    build: (place) => {
      const root = place.repository();
      place.write('study/lib/model.py', 'rate = 0.7\n');
      return { root, git: `${root}/.git` };
    },
  },
];

function refused(run: () => unknown): void {
  try {
    run();
  } catch {
    return;
  }
  throw new Error('It was to stop at a conflict.');
}
