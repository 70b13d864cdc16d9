/** The locked packages, installed in the pod before its run, from an index that somebody names. */
import { afterAll, afterEach, beforeAll, expect, it, type TestContext } from 'vitest';
import type { Judgement, Run } from '../../src/replay/documents';
import { PYTHON } from '../cli/support';
import { document } from '../documents';
import { imageBare, nodeAddress } from './support/cluster';
import { PackageIndex } from './support/packageIndex';
import { Site } from './support/site';

const STUDY = 'study.ipynb';

let site: Site;
let index: PackageIndex | undefined;

beforeAll(async () => {
  site = await Site.open();
  site.workplace.notebook(STUDY, ['import random, six', 'print(six.__version__, random.random())']);
});
afterEach(() => site.expectNothingLeft());
afterAll(async () => {
  index?.stop();
  await site.close();
});

async function indexFor(context: TestContext): Promise<PackageIndex> {
  const address = nodeAddress(context);
  index ??= await PackageIndex.start(address);
  const profile = {
    environment: 'install',
    image: imageBare(context),
    install: { indexUrl: index.url },
    env: { PIP_TRUSTED_HOST: address },
    cpu: 1,
    memory: '512Mi',
  };
  site.workplace.write('reprise.yaml', JSON.stringify({ profiles: { locked: profile } }));
  return index;
}

const there = (command: string, what: string) =>
  site.reprise(
    ...[command, what, '--target', 'kubernetes', '--profile', 'locked', '--namespace', site.namespace],
    ...['--format', 'json'],
  );

it('refuses where nothing says what to install, and sends nothing', async (context) => {
  await indexFor(context);
  const { code, stdout } = await there('run', STUDY);
  expect([code, JSON.parse(stdout)]).toEqual([
    2,
    expect.objectContaining({
      reason: 'no-pin',
      message: expect.stringContaining('Nothing was sent') as string,
    }),
  ]);
});

it('has every locked package from the index that the profile names, and the same result', async (context) => {
  const { fetched } = await indexFor(context);
  site.workplace.write('requirements.txt', 'six==1.17.0\nipykernel==7.4.0\n');
  const pinned = await site.reprise('pin', STUDY, '--python', PYTHON, '--from', 'requirements.txt');
  expect([pinned.code, pinned.stderr]).toEqual([0, expect.any(String) as string]);
  const { run } = document<Run>(await site.reprise('run', STUDY, '--format', 'json'), 'run-1');
  const ended = await there('replay', run);
  const { verdict, causes } = document<Judgement>(ended, 'verdict-1');
  expect({ code: ended.code, verdict, causes }).toEqual({ code: 0, verdict: 'identical', causes: [] });
  expect(fetched).toContain('six-1.17.0-py2.py3-none-any.whl');
  // What Windows alone needs is in the lock too, and is not missed.
  expect(fetched.filter((name) => name.startsWith('ipykernel-'))).toHaveLength(1);
});

it('runs no cell where a wheel is not the one that was locked, and says so', async (context) => {
  (await indexFor(context)).tampers = true;
  const { code, stdout } = await there('run', STUDY);
  const { reason, message } = JSON.parse(stdout) as { reason: string; message: string };
  expect([code, reason]).toEqual([5, 'install']);
  expect(message).toMatch(/could not be installed, so no cell ran: .*DO NOT MATCH THE HASHES/);
});
