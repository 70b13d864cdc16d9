/** A replay that something happens to, and what must have come of it all the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type ClusterRun, readState } from '../../../src/cluster/state';
import type { Judgement, Run } from '../../../src/replay/documents';
import { wasSubmitted } from '../../../src/replay/execution/target';
import { type Ended, PYTHON, type Running, type Spawning } from '../../cli/support';
import { document } from '../../documents';
import { Site } from './site';

const SLOW = [
  'import random, time\nprint(random.random())',
  'for _ in range(30):\n    time.sleep(0.1)',
  'print(random.random())\nwith open("drawn.txt", "w") as file:\n    _ = file.write(str(random.random()))',
];
const AS_JSON = ['--format', 'json'];

export class FaultySite {
  private constructor(
    readonly site: Site,
    /** Of a notebook that takes some seconds. */
    readonly run: string,
  ) {}

  static async open(): Promise<FaultySite> {
    const site = await Site.open();
    site.workplace.notebook('slow.ipynb', SLOW);
    return new FaultySite(site, await recordedHere(site, 'slow.ipynb'));
  }

  replay({ args = [], ...spawning }: Spawning & { args?: string[] } = {}): Running {
    return this.site.start(this.site.onCluster('replay', this.run, ...AS_JSON, ...args), spawning);
  }

  attach(run: string, spawning: Spawning = {}): Promise<Ended> {
    return this.site.start(['attach', run, ...AS_JSON], spawning).ended;
  }

  async expectSame(ended: Ended | Promise<Ended>): Promise<Judgement> {
    const { code, ...said } = await ended;
    const judgement = document<Judgement>(said);
    expect([judgement.verdict, code], said.stdout + said.stderr).toEqual(['identical', 0]);
    await this.site.expectNothingLeft();
    return judgement;
  }

  /** Ends the client as a crash does, takes the run up again, and expects the same result and nothing left. */
  async killAfter(ms: number): Promise<'nothing was sent' | ClusterRun['stage']> {
    const { store } = this.site.workplace;
    const before = new Set(store.runIds());
    const { child, ended } = this.replay({ group: true });
    await Promise.race([sleep(ms), ended]);
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It came to its end before.
    }
    await ended;
    const run = store.runIds().find((id) => !before.has(id) && wasSubmitted(store.runFolder(id)));
    if (run === undefined) {
      await this.site.expectNothingLeft();
      return 'nothing was sent';
    }
    const { stage } = readState(store, run);
    const { replays } = await this.expectSame(this.attach(run));
    expect(replays).toEqual([run]);
    return stage;
  }

  close(): Promise<void> {
    return this.site.close();
  }
}

export async function recordedHere(site: Site, notebook: string): Promise<string> {
  const ended = await site.reprise('run', notebook, '--python', PYTHON, ...AS_JSON);
  return document<Run>(ended, 'run-1').run;
}
