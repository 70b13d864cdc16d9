import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeKernel, installKernel, settleAgent } from '../../../src/kernel/kernelspec';

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'kernel-'))));
afterEach(() => rmSync(home, { recursive: true }));

const request = {
  python: '/env/bin/python',
  agent: '/data/agent.pyz',
  root: '/project',
  notebook: 'deep/My Study.v2.ipynb',
  environment: { PYTHONHASHSEED: '1' },
  config: { schema: 'reprise/agent/1', policy: 'close' },
};

it('names a kernel by its notebook, in letters that Jupyter takes, and apart from one of the same name elsewhere', () => {
  const here = describeKernel(request, { HOME: home });
  const there = describeKernel({ ...request, root: '/other' }, { HOME: home });
  expect(here.name).toMatch(/^reprise-my-study\.v2-[0-9a-f]{8}$/);
  expect(there.name).not.toBe(here.name);
});

it('puts the kernel where Jupyter looks, with all that the agent must know', () => {
  const environment = { HOME: home, XDG_DATA_HOME: join(home, 'data') };
  const kernel = describeKernel(request, environment);
  installKernel(kernel, request);
  const folder = join(home, 'data', 'jupyter', 'kernels', kernel.name);
  const spec = JSON.parse(readFileSync(join(folder, 'kernel.json'), 'utf8')) as typeof kernel.spec;
  expect(spec.argv).toEqual(['/env/bin/python', '/data/agent.pyz', '-f', '{connection_file}']);
  expect(spec.env).toEqual({ PYTHONHASHSEED: '1', REPRISE_CONFIG: join(folder, 'reprise.json') });
  expect(JSON.parse(readFileSync(join(folder, 'reprise.json'), 'utf8'))).toMatchObject({
    policy: 'close',
    root: '/project',
    notebook: 'deep/My Study.v2.ipynb',
    run: null,
  });
});

it('copies the agent under the digest of its bytes, so that an update of the extension breaks no kernel', () => {
  const agent = join(home, 'agent.pyz');
  writeFileSync(agent, 'one');
  const first = settleAgent(agent, { HOME: home });
  writeFileSync(agent, 'two');
  const second = settleAgent(agent, { HOME: home });
  expect(first).toContain(join('.local', 'share', 'reprise', 'agent'));
  expect([readFileSync(first, 'utf8'), readFileSync(second, 'utf8')]).toEqual(['one', 'two']);
  expect(settleAgent(agent, { HOME: home })).toBe(second);
});
