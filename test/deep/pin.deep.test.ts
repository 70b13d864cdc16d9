/** Restores that are killed at any point: thirty of them, at times drawn from the printed seed. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PYTHON, Workplace } from '../cli/support';
import { mulberry } from '../unit/lint/random';

const KILLS = 30;
const place = new Workplace();
const cache = mkdtempSync(path.join(tmpdir(), 'reprise-cache-'));
const given = { env: { XDG_CACHE_HOME: cache } };
const folder = path.join(cache, 'reprise', 'envs');
const restore = ['restore', 'study.ipynb', '--offline'];

let whole = 0;
beforeAll(async () => {
  place.notebook('study.ipynb', ['1']);
  place.write('requirements.txt', 'numpy==2.3.5\nipykernel==7.4.0\n');
  const from = ['--from', 'requirements.txt', '--python', PYTHON];
  expect((await place.start(['pin', 'study.ipynb', ...from], given).ended).code).toBe(0);
  expect((await place.start(['restore', 'study.ipynb'], given).ended).code).toBe(0);
  rmSync(folder, { recursive: true });
  const begun = Date.now();
  expect((await place.start(restore, given).ended).code).toBe(0);
  whole = Date.now() - begun;
}, 180_000);
afterAll(() => {
  rmSync(cache, { recursive: true, force: true });
  place.remove();
});

it(`leaves nothing half built when it is killed ${KILLS} times`, { timeout: 2_700_000 }, async () => {
  const random = mulberry(Number(process.env.REPRISE_TEST_SEED ?? 1));
  let finished = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    rmSync(folder, { recursive: true, force: true });
    const running = place.start(restore, { ...given, group: true });
    await sleep(random() * whole * 1.1);
    try {
      process.kill(-running.child.pid!, 'SIGKILL');
    } catch {
      finished += 1;
    }
    await running.ended;
    const names = existsSync(folder) ? readdirSync(folder) : [];
    for (const link of names.filter((name) => /^[0-9a-f]{32}$/.test(name))) {
      expect(existsSync(path.join(folder, link, 'reprise.json'))).toBe(true);
    }
    const { code, stderr } = await place.start(restore, given).ended;
    expect([code, stderr.includes('not built')]).toEqual([0, false]);
    expect(readdirSync(folder)).toHaveLength(2);
  }
  console.log(`${KILLS} kills within ${whole} ms; ${finished} came after the end`);
});
