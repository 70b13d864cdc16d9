/** A namespace of a team, somebody who may only do there what a run needs, and a folder of notebooks. */
import { expect } from 'vitest';
import { type Ended, type Running, type Spawning, Workplace } from '../../cli/support';
import { image } from './cluster';
import { objectsLeft, restrictedNamespace, type TestNamespace } from './namespace';
import { createUser, type User } from './user';

/** The first process of a container ignores SIGTERM until its handler stands: then the pod takes its 30 s of grace. */
const LEFT_MS = 45_000;

export class Site {
  readonly workplace = new Workplace();

  private constructor(
    private readonly place: TestNamespace,
    readonly user: User,
  ) {}

  static async open(): Promise<Site> {
    const namespace = await restrictedNamespace();
    return new Site(namespace, await createUser(namespace.name));
  }

  get namespace(): string {
    return this.place.name;
  }

  /** The command, with the user's kubeconfig. */
  start(args: readonly string[], spawning: Spawning = {}): Running {
    const env = { KUBECONFIG: this.user.kubeconfig, ...spawning.env };
    return this.workplace.start(args, { ...spawning, env });
  }

  reprise(...args: string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  /** Arguments of a run on the cluster: one processor and half a gigabyte, unless `args` say otherwise. */
  onCluster(command: 'run' | 'replay' | 'verify', what: string, ...args: string[]): string[] {
    const usual = ['--image', image, '--cpu', '1', '--memory', '512Mi'];
    return [command, what, '--target', 'kubernetes', ...usual, ...args];
  }

  /** What runs have left in the namespace, once what was told to end has ended: nothing. */
  async expectNothingLeft(): Promise<void> {
    const left = () => objectsLeft(this.namespace, 'app.kubernetes.io/managed-by=reprise');
    await expect.poll(left, { timeout: LEFT_MS, interval: 200, message: 'left in the cluster' }).toEqual([]);
  }

  /** The run that a command spoke of last, as `Submitted as reprise-<run> …`. */
  static runOf({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): string {
    const named = [...(stdout + stderr).matchAll(/\d{8}-\d{6}-[0-9a-z]{6}/g)];
    return named.at(-1)?.[0] ?? expect.fail(`no run is named in:\n${stdout}\n${stderr}`);
  }

  async close(): Promise<void> {
    this.workplace.remove();
    this.user.remove();
    await this.place.remove();
  }
}
