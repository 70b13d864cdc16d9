/** Builds what a Dockerfile says without a daemon: root file systems in folders, commands by chroot. Linux, as root. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export type Built = { root: string; env: Record<string, string>; user?: string };

type Request = {
  /** Holds `Dockerfile` and what it copies. */
  context: string;
  /** The root file system of the image that it starts from, whatever it is called. */
  base: string;
  /** Where stages are built. */
  to: string;
  /** For commands while it is built, and not in the image. */
  building?: Record<string, string>;
};

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** FROM, RUN, COPY, ENV, USER and WORKDIR, as `reprise image` writes them. @returns the last stage */
export function buildDockerfile({ context, base, to, building = {} }: Request): Built {
  const stages = new Map<string, Built>();
  let stage: Built | undefined;
  let folder = '/';
  for (const [word, rest] of instructionsOf(readFileSync(path.join(context, 'Dockerfile'), 'utf8'))) {
    if (word === 'FROM') {
      const [from = '', , name = 'last'] = rest.split(/\s+/);
      const parent = stages.get(from);
      const root = path.join(to, name);
      execute('cp', ['--archive', '--reflink=auto', parent?.root ?? base, root]);
      stage = { root, env: { ...parent?.env } };
      stages.set(name, stage);
      folder = '/';
      continue;
    }
    if (stage === undefined) throw new Error(`${word} before FROM`);
    if (word === 'RUN') inside(stage, folder, rest, building);
    else if (word === 'COPY') copy(rest, { stage, folder, stages, context });
    else if (word === 'WORKDIR') mkdirSync(path.join(stage.root, (folder = rest)), { recursive: true });
    else if (word === 'USER') stage.user = rest;
    else if (word === 'ENV') stage.env = { ...stage.env, ...variablesOf(rest, stage.env) };
    else throw new Error(`${word} is not built here`);
  }
  if (stage === undefined) throw new Error('there is no FROM');
  return stage;
}

function instructionsOf(text: string): [string, string][] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .replace(/\\\n/g, '');
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const at = line.indexOf(' ');
      return [line.slice(0, at), line.slice(at + 1).trim()];
    });
}

function variablesOf(text: string, before: Record<string, string>): Record<string, string> {
  const pairs = text.split(/\s+/).map((pair) => pair.split('=') as [string, string]);
  const known: Record<string, string> = { PATH, ...before };
  const filled = (value: string) => value.replace(/\$(\w+)/g, (_, name: string) => known[name] ?? '');
  return Object.fromEntries(pairs.map(([name, value]) => [name, filled(value)]));
}

type Place = { stage: Built; folder: string; stages: Map<string, Built>; context: string };

function copy(text: string, { stage, folder, stages, context }: Place): void {
  const words = text.split(/\s+/);
  const from = words[0]!.startsWith('--from=') ? words.shift()!.slice('--from='.length) : undefined;
  const source = from === undefined ? context : stages.get(from)!.root;
  const to = path.join(stage.root, path.resolve(folder, words.pop()!));
  for (const name of words) {
    const target = from === undefined ? path.join(to, name) : to;
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(path.join(source, name), target, { recursive: true, verbatimSymlinks: true });
  }
}

/** In a mount namespace of its own, so that nothing stays mounted. */
function inside(
  { root, env }: Built,
  folder: string,
  command: string,
  building: Record<string, string>,
): void {
  if (existsSync('/etc/resolv.conf'))
    cpSync('/etc/resolv.conf', path.join(root, 'etc/resolv.conf'), { dereference: true });
  for (const name of ['dev', 'proc']) mkdirSync(path.join(root, name), { recursive: true });
  const script =
    'mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" /bin/sh -c "$1"';
  const variables = { PATH, HOME: '/root', ...building, ...env };
  const set = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'; `);
  execute('unshare', ['--mount', 'sh', '-c', script, root, `${set.join('')}cd ${folder} && ${command}`]);
}

function execute(program: string, args: string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status === 0) return;
  throw new Error(
    `${program} ended with ${status}: ${args.at(-1)}\n${stdout.slice(-2000)}\n${stderr.slice(-4000)}`,
  );
}
