import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentSettings, kernelEnvironment } from '../../../src/determinism/policy';
import { inForce, SETTINGS } from '../../../src/determinism/settings';

const root = path.resolve(__dirname, '../../..');
const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);
const environment = (without: string[] = []): Record<string, string> =>
  kernelEnvironment('full', 'abc1', { given: {}, cores: 2, without });

describe('the policy table', () => {
  it('has a reason and a source for every row and version, and no row twice', () => {
    expect(new Set(ids(SETTINGS)).size).toBe(SETTINGS.length);
    for (const { id, versions } of SETTINGS) {
      expect(versions.length, id).toBeGreaterThan(0);
      for (const { versions: range, reason, source } of versions) {
        expect(
          [range, reason].every((text) => text.length > 2),
          id,
        ).toBe(true);
        expect(new URL(source).protocol, id).toMatch(/^https?:$/);
      }
    }
  });

  it('sets every environment variable of a row in force, and nothing else', () => {
    const named = inForce('full').flatMap(({ variable }) => (variable ? [variable.name] : []));
    expect(Object.keys(environment()).sort()).toEqual([...named].sort());
    expect(inForce('full').filter(({ how, variable }) => (how === 'environment') !== !!variable)).toEqual([]);
  });

  it('adds to what a weaker policy sets, and never sets what is only recorded', () => {
    expect(inForce('observe')).toEqual([]);
    const close = agentSettings('close');
    const full = agentSettings('full');
    const strict = agentSettings('full', { strict: true });
    expect(full).toEqual(expect.arrayContaining(close));
    expect(strict).toEqual(expect.arrayContaining([...full, 'tensorflow-operations']));
    expect(full).not.toContain('tensorflow-operations');
    expect(strict).not.toContain('numpy-dispatch');
    expect(agentSettings('close', { strict: true })).toEqual(close);
  });

  it('leaves out each row by itself', () => {
    for (const { id, variable } of inForce('full')) {
      expect(agentSettings('full', { without: [id] })).toEqual(
        agentSettings('full').filter((row) => row !== id),
      );
      const { [variable?.name ?? '']: _, ...others } = environment();
      expect(environment([id])).toEqual(others);
    }
  });
});

describe('docs/determinism.md', () => {
  it('is up to date with the table and the measurements', () => {
    execFileSync(process.execPath, ['scripts/determinism.mjs', '--check'], { cwd: root, stdio: 'pipe' });
  });

  it('shows every row and quotes the measurements as they are', () => {
    const page = readFileSync(path.join(root, 'docs', 'determinism.md'), 'utf8');
    const measured = readFileSync(path.join(root, 'bench', 'gpu', 'results-h200.md'), 'utf8');
    for (const { setting, variable } of SETTINGS) expect(page).toContain(variable?.name ?? setting);
    const onGpu = page.slice(page.indexOf('## Measured on a GPU'));
    const quoted = onGpu.split('\n').filter((line) => /^\| (torch|jax|sklearn)-?\w*\b.* \|$/.test(line));
    expect(quoted.length).toBeGreaterThan(20);
    for (const line of quoted) expect(measured).toContain(line);
  });
});
