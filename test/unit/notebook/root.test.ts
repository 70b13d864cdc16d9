import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findRoot, relativePath } from '../../../src/notebook/root';

let top: string;
const at = (...parts: string[]): string => path.join(top, ...parts);

beforeEach(() => {
  top = mkdtempSync(path.join(tmpdir(), 'root-'));
  mkdirSync(at('home/repo/study/deep'), { recursive: true });
});
afterEach(() => rmSync(top, { recursive: true }));

describe('the root of a notebook', () => {
  const rootOf = (notebook: string): string => path.relative(top, findRoot(at(notebook), at('home')));

  it('is its folder when nothing says more', () => {
    expect(rootOf('home/repo/study/a.ipynb')).toBe('home/repo/study');
  });

  it('is its git root, also where .git is a file', () => {
    mkdirSync(at('home/repo/.git'));
    expect(rootOf('home/repo/study/deep/a.ipynb')).toBe('home/repo');
    writeFileSync(at('home/repo/study/.git'), 'gitdir: elsewhere\n');
    expect(rootOf('home/repo/study/deep/a.ipynb')).toBe('home/repo/study');
  });

  it('is not a git root that is the home directory', () => {
    mkdirSync(at('home/.git'));
    expect(rootOf('home/repo/study/a.ipynb')).toBe('home/repo/study');
  });

  it('is the nearest ancestor with .reprise, within the git root or above', () => {
    mkdirSync(at('home/repo/.git'));
    mkdirSync(at('home/.reprise'));
    expect(rootOf('home/repo/study/a.ipynb')).toBe('home');
    mkdirSync(at('home/repo/study/.reprise'));
    expect(rootOf('home/repo/study/deep/a.ipynb')).toBe('home/repo/study');
  });

  it('is not marked by a file named .reprise', () => {
    writeFileSync(at('home/repo/.reprise'), '');
    expect(rootOf('home/repo/study/a.ipynb')).toBe('home/repo/study');
  });
});

describe('a path in a document', () => {
  const named = (file: string): string => relativePath(at('home/repo'), at(file), at('home'));

  it('is relative to the root', () => {
    expect(named('home/repo/study/a.csv')).toBe('study/a.csv');
    expect(named('home/repo')).toBe('.');
    expect(named('home/repo/..a/b')).toBe('..a/b');
  });

  it('is relative to the root also where names begin with ~', () => {
    expect(named('home/repo/~draft.csv')).toBe('~draft.csv');
    expect(named('home/repo/~/a.csv')).toBe('./~/a.csv');
  });

  it('outside the root is under ~, else the name alone', () => {
    expect(named('home/data/a.csv')).toBe('~/data/a.csv');
    expect(named('home/repository/a.csv')).toBe('~/repository/a.csv');
    expect(named('data/a.csv')).toBe('a.csv');
  });
});
