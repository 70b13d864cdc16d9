/** The target that a command's flags mean. */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';
import { expectedByPin, type Locked } from '../../environment/exports/locked';
import { Failure } from '../../notebook/failure';
import { findRoot } from '../../notebook/root';
import type { Making } from '../../cluster/prepare';
import type { Check } from '../../cluster/preflight';
import type { Telling } from '../../cluster/stages/place';
import type { ClusterRun } from '../../cluster/state';
import type { RunRecord } from '../../lineage/record';
import { asRecorded } from '../../replay/forecast';
import { askedInputs } from '../../replay/execution/inputs';
import { NothingSent, type Target, type Work } from '../../replay/execution/target';
import { uvFor } from '../pinnedTo';
import { runningAgent } from '../shared';
import type { Terminal } from '../terminal';
import { loadCluster } from './load';
import { addressesOf, type ClusterFlags, targetFlags } from './options';

/** undefined where it is to run here. @throws Failure for flags that mean nothing here; ProfileError */
export async function targetOf(
  flags: ClusterFlags,
  notebook: string,
  purpose: ClusterRun['purpose'],
  terminal: Terminal,
  { original, prepared }: { original?: RunRecord; prepared?: (made: Sent) => void | Promise<void> } = {},
): Promise<Target | undefined> {
  if (flags.target !== 'kubernetes') {
    refuseElsewhere(flags);
    return undefined;
  }
  const { manifestsOf, chooseProfile, connect, findProfiles, KubernetesTarget, loadProfiles, mergeTarget } =
    await loadCluster();
  const path = resolve(notebook);
  const file = findProfiles(path, findRoot(path));
  if (flags.profile !== undefined && file === undefined) {
    throw new Failure(
      'usage',
      'bad-profile',
      `There is no reprise.yaml beside the notebook or above it, so no profile ${flags.profile}.`,
    );
  }
  const profile = file === undefined ? {} : chooseProfile(loadProfiles(file), flags.profile);
  const settings = mergeTarget({ ...(original ? asRecorded(original) : {}), ...profile }, targetFlags(flags));
  const { context, namespace } = settings;
  const api = await connect({ kubeconfig: flags.kubeconfig, context, namespace });
  const onPrepared =
    prepared ?? (flags.dryRun ? (made: Sent) => showManifests(terminal, manifestsOf(made), made) : undefined);
  const asked = askedFor(flags.input ?? [], findRoot(path));
  const addresses = addressesOf(flags);
  if (prepared) tellLeftOut(terminal, addresses);
  const making = makingOf(settings, purpose, asked, prepared ? {} : addresses);
  const target = (telling: Telling) => new KubernetesTarget(api, making, telling);
  const telling = { ...tellingOf(terminal), ...(onPrepared ? { onPrepared } : {}) };
  if (flags.bundleOut !== undefined) return onlyPacked(target(telling), asked, flags.bundleOut, terminal);
  return flags.preflight ? onlyChecked(target, telling, terminal) : target(telling);
}

/** What a run there is made from. */
export function makingOf(
  settings: Making['settings'],
  purpose: Making['purpose'],
  asked: Making['asked'] = [],
  addresses: Pick<Making, 'depot' | 'sink'> = {},
): Making {
  return { settings, purpose, asked, ...addresses, agent: runningAgent(), locked: lockedFor };
}

/**
 * As a shell reads them: relative to the current folder.
 * @returns globs beneath the root
 * @throws Failure `bad-input` for what is not beneath it, is Reprise's own, or is not there
 */
function askedFor(globs: readonly string[], root: string): string[] {
  return globs.map((glob) => {
    const bad = (why: string) =>
      new Failure('usage', 'bad-input', `--input ${glob}: ${why}. Nothing was sent.`);
    const inside = relative(root, resolve(glob)).split(sep).join('/');
    if (inside === '..' || inside.startsWith('../') || isAbsolute(inside))
      throw bad('it does not lie under the root, and only what lies there travels with a run');
    if (inside === '' || inside.split('/')[0] === '.reprise')
      throw bad(
        'name files or folders of the notebook’s, not the root as a whole or what Reprise keeps there',
      );
    const { files, left } = askedInputs(root, [inside]);
    if (files.length > 0) return inside;
    throw bad(
      left.some(({ why }) => why === 'too-big') ? 'it is too big to be sent' : 'there is no such file',
    );
  });
}

async function lockedFor({ sidecar, store: { root }, notebook }: Work): Promise<Locked | undefined> {
  const path = resolve(root, notebook);
  return sidecar?.pin && expectedByPin(sidecar.pin, { path, root }, () => uvFor(path, root));
}

/** Goes no further than the preflight of the target. */
function onlyChecked(made: (telling: Telling) => Target, telling: Telling, terminal: Terminal): Target {
  let told: readonly Check[] = [];
  const target = made({
    ...telling,
    isRehearsal: true,
    onChecks: (checks) => {
      told = checks;
      telling.onChecks?.(checks);
    },
  });
  const preflight = target.preflight.bind(target);
  target.preflight = async (work: Work, signal?: AbortSignal) => {
    await preflight(work, signal);
    terminal.document({ schema: 'reprise/preflight/0', checks: told });
    terminal.say('Nothing stops it. Nothing was sent.');
    throw new NothingSent();
  };
  return target;
}

/** Writes the notebook's files, for who brings them to a store or a volume on a way of their own. */
function onlyPacked(target: Target, asked: readonly string[], out: string, terminal: Terminal): Target {
  target.preflight = async (work: Work) => {
    const { packInputs } = await loadCluster();
    const { size, sha256 } = await packInputs(work, asked, resolve(out));
    terminal.document({ schema: 'reprise/bundle-out/0', file: out, size, sha256 });
    terminal.say(
      `Wrote ${out}, sha256 ${sha256}. On a volume claim its name is ${sha256}.tar.gz. Nothing was sent.`,
    );
    throw new NothingSent();
  };
  return target;
}

export function tellingOf(terminal: Terminal): Telling {
  return {
    onNotice: (notice) => {
      terminal.tell(terminal.dim(`  ${notice}`));
      terminal.event({ event: 'notice', notice });
    },
    onChecks: (checks) => {
      const marks = { good: terminal.green('✓'), note: terminal.yellow('·'), bad: terminal.red('✗') };
      for (const { state, words } of checks) terminal.tell(`  ${marks[state]} ${words}`);
      terminal.event({ event: 'preflight', checks });
    },
    onBrought: (bytes, of) => {
      const done = `${Math.floor((100 * bytes) / (of || 1))} % of ${Math.max(1, Math.round(of / (1 << 20)))} MiB`;
      terminal.draw(bytes >= of ? '' : terminal.dim(`  sending the files: ${done}`));
    },
    onFetched: (bytes, of) => {
      const done = `${Math.round((100 * bytes) / (of || 1))} % of ${Math.max(1, Math.round(of / (1 << 20)))} MiB`;
      terminal.draw(bytes >= of ? '' : terminal.dim(`  fetching the results: ${done}`));
    },
  };
}

type Sent = Parameters<NonNullable<Telling['onPrepared']>>[0];

/** What is exported is for many runs and many readers; an address is for one run, and a secret. */
function tellLeftOut(terminal: Terminal, { depot, sink }: ReturnType<typeof addressesOf>): void {
  if (depot.get === undefined && sink.put === undefined) return;
  terminal.warn(
    'The addresses of a store that were given are not in what is written: each of them is for one run, and who reads the files could use it.',
  );
}

/** On stdout, for `kubectl apply -f -`; what was looked at goes beside it. Of a Secret only its name is shown. */
function showManifests(terminal: Terminal, objects: readonly object[], { secrets }: Sent): void {
  const names = secrets.map(({ metadata }) => metadata.name);
  terminal.document({
    schema: 'reprise/manifests/0',
    items: objects,
    ...(names.length > 0 ? { secrets: names } : {}),
  });
  for (const { metadata, stringData } of secrets) {
    const keys = Object.keys(stringData).join(', ');
    terminal.tell(
      `  They need the Secret ${metadata.name} with the key ${keys}, which a run makes of the address that was given; it is not printed.`,
    );
  }
  terminal.say(
    objects
      .map((object) => stringify(object, { lineWidth: 0 }))
      .join('---\n')
      .trimEnd(),
  );
}

const ONLY_THERE = [
  'input',
  'detach',
  'preflight',
  'dryRun',
  'bundleOut',
  'profile',
  'context',
  'namespace',
  'kubeconfig',
  'gpu',
  'gpuProduct',
  'cpu',
  'memory',
  'queue',
  'flavour',
] as const;

function refuseElsewhere(flags: ClusterFlags): void {
  const given = ONLY_THERE.find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  const option = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new Failure(
    'usage',
    'no-target',
    `--${option} is of a run on a cluster: say --target kubernetes with it.`,
  );
}
