import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { headsOf, newestFinishedRun } from '../../../src/lineage/heads';
import { readEnds } from '../../../src/lineage/read';
import { listedRun, listRuns } from '../../../src/lineage/runs';
import type { Store } from '../../../src/lineage/store';
import { temporaryStore } from './build';
import { random, randomLines, randomRuns, runAt, writeLines } from './randomStore';

const RUNS = 40;
const kept = (store: Store): string => path.join(store.folder, 'index', 'heads.json');

/** Each run by itself, with nothing kept. */
function expectRight(store: Store): void {
  const runs = store.runIds();
  expect(headsOf(store).map(({ run }) => run)).toEqual(runs);
  expect(listRuns(store)).toEqual(runs.map((run) => listedRun(store, run)));
  for (const notebook of ['prepare.ipynb', 'study/train.ipynb', 'none.ipynb']) {
    const finished = runs.find((run) => {
      const { header, summary } = readEnds(store.recordPath(run));
      const isOurs = header?.notebook === notebook && header.replayOf === undefined;
      return isOurs && (summary?.status === 'ok' || summary?.status === 'error');
    });
    expect(newestFinishedRun(store, notebook)).toBe(finished);
    expect(listRuns(store, notebook)).toEqual(listRuns(store).filter((run) => run.notebook === notebook));
  }
}

describe('what is kept of the ends of records', () => {
  it.each([1, 2, 3])('says the same as the records, as they come, change and go, store %i', async (seed) => {
    const store = temporaryStore();
    const dice = random(seed);
    const runs = randomRuns(store, dice, RUNS);
    await wait(150);
    expectRight(store);
    expect(existsSync(kept(store))).toBe(true);
    for (let turn = 0; turn < 5; turn++) {
      for (const run of dice.some(runs, 20)) {
        const folder = store.runFolder(run);
        if (dice.chance(0.3)) rmSync(folder, { recursive: true, force: true });
        else
          writeLines(store, run, randomLines(dice, { run, minute: runs.indexOf(run), runs }, dice.below(9)));
        if (existsSync(folder) && dice.chance(0.5))
          writeFileSync(
            path.join(folder, 'verdict.json'),
            `{"verdict":"${dice.pick(['identical', 'different'])}"}`,
          );
      }
      if (dice.chance(0.5)) await wait(150);
      expectRight(store);
    }
  });

  it('opens no record again that has not changed', async () => {
    const store = temporaryStore();
    randomRuns(store, random(4), RUNS);
    await wait(150);
    const before = listRuns(store);
    // What stands there now is believed, which shows that the record was not read.
    const [, text] = readFileSync(kept(store), 'utf8').split('\n') as [string, string];
    const other = text.replaceAll('study/train.ipynb', 'study/other.ipynb');
    const { createHash } = await import('node:crypto');
    writeFileSync(kept(store), `${createHash('sha256').update(other).digest('hex')}\n${other}`);
    expect(listRuns(store)).toEqual(
      before.map((run) =>
        run.notebook === 'study/train.ipynb' ? { ...run, notebook: 'study/other.ipynb' } : run,
      ),
    );
  });

  it.each<[string, (text: string) => string]>([
    ['altered', (text) => text.replaceAll('train', 'brain')],
    ['cut off', (text) => text.slice(0, -100)],
    ['emptied', () => ''],
    ['of another version', (text) => text.replace('reprise/heads/0', 'reprise/heads/9')],
  ])('is not believed when it was %s', async (_, harm) => {
    const store = temporaryStore();
    randomRuns(store, random(5), RUNS);
    await wait(150);
    expectRight(store);
    writeFileSync(kept(store), harm(readFileSync(kept(store), 'utf8')));
    expectRight(store);
  });

  it('is not written for a few runs, nor where it cannot be', () => {
    const store = temporaryStore();
    randomRuns(store, random(6), 5);
    expectRight(store);
    expect(existsSync(path.join(store.folder, 'index'))).toBe(false);
    writeFileSync(path.join(store.folder, 'index'), 'where the folder would be');
    randomRuns(store, random(7), RUNS);
    expectRight(store);
    expect(runAt(0)).toBe(store.runIds().at(-1));
  });
});
