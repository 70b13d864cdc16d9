import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive, readLocal } from '../../../src/lineage/local';
import { thisProcess } from '../../../src/lineage/owner';
import { temporaryFolder } from './build';

const WEEK = 7 * 24 * 3_600_000;

function runWith(local: unknown): string {
  const folder = path.join(temporaryFolder(), 'run');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'local.json'), JSON.stringify(local));
  return folder;
}

function quietFor(ms: number, folder: string): string {
  for (const name of readdirSync(folder))
    utimesSync(path.join(folder, name), new Date(), new Date(Date.now() - ms));
  return folder;
}

describe('whether a run goes on', () => {
  const { pid, host, boot, pidNamespace } = thisProcess();
  const here = { pid, kernelPid: null, host, boot, pidNamespace };

  it('is looked up here by its processes', () => {
    expect(isAlive(runWith(here))).toBe(true);
    expect(isAlive(runWith({ ...here, pid: 2 ** 30 }))).toBe(false);
    expect(isAlive(runWith({ ...here, pid: 2 ** 30, kernelPid: pid }))).toBe(true);
  });

  it('is looked up by number alone where an older version wrote no more', () => {
    expect(isAlive(runWith({ pid, kernelPid: null }))).toBe(true);
    expect(isAlive(runWith({ pid: 2 ** 30 }))).toBe(false);
    expect(isAlive(runWith({}))).toBe(false);
  });

  it('is not taken from a process of the same number after a restart', () => {
    expect(isAlive(runWith({ ...here, boot: 'the one before' }))).toBe(false);
  });

  it.each([
    ['on another machine', { ...here, pid: 2 ** 30, host: 'another', boot: 'another' }],
    ['in another container', { ...here, pid: 2 ** 30, host: 'another', pidNamespace: 'pid:[1]' }],
  ])('is believed for a week %s', (_, local) => {
    expect(isAlive(quietFor(WEEK - 60_000, runWith(local)))).toBe(true);
    expect(isAlive(quietFor(WEEK + 60_000, runWith(local)))).toBe(false);
  });

  it('is no question of what is not a number or a name', () => {
    const folder = runWith({ pid: '1', kernelPid: [1], host: 7, python: '~/python', constructor: 'x' });
    expect(readLocal(folder)).toEqual({ python: '~/python' });
    expect(isAlive(folder)).toBe(false);
    expect(isAlive(runWith({ pid: -1, kernelPid: 0.5 }))).toBe(false);
    expect(readLocal(runWith(null))).toEqual({});
  });
});
