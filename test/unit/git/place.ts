/** Real repositories in temporary folders, and what there is in them byte for byte. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Nothing of the machine's own configuration. */
const ENVIRONMENT = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

export class Place {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'reprise-git-')));

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  /** `git` in a folder of this place; the place itself when `at` is empty. */
  git(at: string, ...args: string[]): string {
    return execFileSync(
      'git',
      ['-c', 'protocol.file.allow=always', '-c', 'init.defaultBranch=main', ...args],
      {
        cwd: this.path(at),
        env: { ...process.env, ...ENVIRONMENT },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  }

  /** A repository with a notebook, a module and data in it, all committed. */
  repository(at = 'study'): string {
    mkdirSync(this.path(at), { recursive: true });
    this.git(at, 'init', '-q');
    this.write(`${at}/train.ipynb`, '{"cells": []}\n');
    this.write(`${at}/lib/model.py`, 'rate = 0.1\n');
    this.write(`${at}/data/small.csv`, 'a,b\n1,2\n');
    this.write(`${at}/.gitignore`, '*.log\n.venv/\n');
    this.commit(at, 'first');
    return this.path(at);
  }

  commit(at: string, message: string): void {
    this.git(at, 'add', '-A');
    this.git(at, 'commit', '-q', '-m', message);
  }

  remove(): void {
    execFileSync('chmod', ['-R', 'u+w', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export type Listing = Record<string, string>;

/** Every file below a folder by path: its mode and its sha256, or where the link leads; folders where they are empty. */
export function listing(folder: string, leftOut: (file: string) => boolean = () => false): Listing {
  const found: Listing = {};
  const walk = (at: string): void => {
    const entries = readdirSync(path.join(folder, at), { withFileTypes: true });
    if (entries.length === 0 && at !== '') found[`${at}/`] = 'empty';
    for (const entry of entries) {
      const file = path.join(at, entry.name);
      if (leftOut(file)) continue;
      if (entry.isDirectory()) walk(file);
      else found[file] = described(path.join(folder, file));
    }
  };
  walk('');
  return found;
}

function described(file: string): string {
  const { mode } = lstatSync(file);
  if (lstatSync(file).isSymbolicLink()) return `link to ${readlinkSync(file)}`;
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
  return `${(mode & 0o777).toString(8)} ${digest}`;
}

/** All of a repository's own folder that a snapshot may not touch: everything but objects and our refs. */
export function repositoryFiles(gitFolder: string): Listing {
  return listing(gitFolder, (file) => /(^|\/)(objects|refs\/reprise)$/.test(file));
}

/** What a snapshot has to hold: no folders, as git keeps none, and nothing that is ignored or `left`. */
export function kept(top: string, left: readonly string[] = []): Listing {
  const all = listing(top, (file) => /(^|\/)(\.git|\.reprise)$|\.log$/.test(file));
  const isKept = ([file, what]: [string, string]): boolean =>
    what !== 'empty' && !left.some((each) => file === each || (each.endsWith('/') && file.startsWith(each)));
  return Object.fromEntries(Object.entries(all).filter(isKept));
}
