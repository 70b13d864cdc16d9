/**
 * Environments of conda: locked as an explicit list, package by package with its sha256, from what conda itself noted in
 * `conda-meta`. They are built by conda or micromamba, as nothing else links their packages, and checked against the list.
 */
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join, relative, sep } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { Failure } from '../notebook/failure';
import { command, complaintOf } from './command';
import type { Described } from './described';
import { normalized, sitePackagesOf } from './installed';
import { TOOLS } from './requirements';
import type { Entry, Index } from './sweep';

/** One package as `conda-meta/*.json` has it. */
export type CondaPackage = {
  name: string;
  version: string;
  subdir?: string;
  url?: string;
  sha256?: string;
  files?: string[];
  paths_data?: { paths?: { _path: string; sha256?: string; sha256_in_prefix?: string }[] };
};

const LINE =
  /^https:\/\/[^\s@#]+\/([A-Za-z0-9_.-]+)-([^-\s/]+)-[^-\s/]+\.(?:conda|tar\.bz2)#sha256:([0-9a-f]{64})$/;

/** By name. */
export async function condaPackages(prefix: string): Promise<CondaPackage[]> {
  const folder = join(prefix, 'conda-meta');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  const read = async (name: string): Promise<CondaPackage> =>
    JSON.parse(await readFile(join(folder, name), 'utf8')) as CondaPackage;
  const packages = await Promise.all(names.map(read));
  return packages.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * @returns the text of the lock
 * @throws Failure `conda` with what a list cannot say: what pip added, packages without an address or digest
 */
export function explicitList(packages: readonly CondaPackage[], described: Described): string {
  const without = packages.filter((each) => !LINE.test(lineOf(each)));
  if (without.length > 0) {
    throw refused(
      `${without.map(({ name }) => name).join(', ')} came from no public address with a sha256`,
      'Install them from a channel.',
    );
  }
  const owned = new Set(packages.flatMap(({ files = [] }) => files.flatMap(distributionOf)));
  const added = described.packages.filter(
    ({ name, version }) => !TOOLS.has(name) && !owned.has(normalized(`${name}-${version}`)),
  );
  if (added.length > 0) {
    throw refused(
      `pip added ${added.map(({ name, version }) => `${name} ${version}`).join(', ')}, which no list of conda has`,
      'Install them with conda.',
    );
  }
  if (!packages.some(({ name }) => name === 'ipykernel')) {
    throw refused(
      'it has no ipykernel, without which no notebook runs',
      'Install it: conda install ipykernel.',
    );
  }
  const subdir = packages.find((each) => each.subdir !== undefined && each.subdir !== 'noarch')?.subdir;
  return [
    '# The environment of a notebook, package by package (explicit list of conda). Made by "reprise pin".',
    `# platform: ${subdir ?? 'noarch'}`,
    '@EXPLICIT',
    ...packages.map(lineOf),
    '',
  ].join('\n');
}

/** `six-1-17-0` of `lib/…/six-1.17.0.dist-info/METADATA`, and of an `.egg-info` file or folder. */
function distributionOf(path: string): string[] {
  const folder = path.split('/').find((part) => /\.(dist|egg)-info$/.test(part));
  return folder ? [normalized(folder.replace(/(-py3\.\d+)?\.\w+-info$/, ''))] : [];
}

function lineOf({ url = '', sha256 = '' }: CondaPackage): string {
  // Channels of an account have its token in their addresses.
  return `${url.replace(/\/t\/[^/]+\//, '/')}#sha256:${sha256}`;
}

export type ExplicitPackage = { name: string; version: string; line: string };

/** @throws Failure `bad-lock` */
export function readExplicit(text: string, name: string): ExplicitPackage[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const packages = lines.filter((line) => line !== '' && line !== '@EXPLICIT' && !line.startsWith('#'));
  if (!lines.includes('@EXPLICIT') || packages.length === 0) throw unreadable(name, 'it is no explicit list');
  return packages.map((line) => {
    const [, package_, version] = LINE.exec(line) ?? [];
    if (package_ === undefined || version === undefined) {
      throw unreadable(name, `"${line.slice(0, 80)}" has no address with version and sha256`);
    }
    return { name: package_, version, line };
  });
}

export type CondaBuild = {
  /** The environment to be; it is not there yet. */
  folder: string;
  lock: { name: string; text: string };
  environment?: NodeJS.ProcessEnv;
  offline?: boolean;
  signal?: AbortSignal;
  onStep?: (what: string) => void;
};

/**
 * Builds the environment of a list, and checks that it holds that and nothing else.
 * @returns what a later look for edited files goes by
 * @throws Failure `no-conda`, `restore`, `bad-lock`
 */
export async function buildConda(build: CondaBuild): Promise<Index> {
  const { folder, lock, environment = process.env, offline, signal, onStep } = build;
  const wanted = readExplicit(lock.text, lock.name);
  const program = findConda(environment);
  if (program === undefined) {
    throw new Failure(
      'infrastructure',
      'no-conda',
      `${lock.name} is a list of conda packages, and neither conda, mamba nor micromamba is on the PATH. Nothing was built. ` +
        'Install one (https://conda-forge.org/download), and restore again.',
    );
  }
  const list = `${folder}.txt`;
  await writeFile(list, lock.text);
  try {
    onStep?.(`installing ${lock.name}`);
    const create = ['create', '--yes', '--quiet', '--prefix', folder, '--file', list];
    const ran = await command(program, [...create, ...(offline ? ['--offline'] : [])], {
      // A hard link would carry an edit from one environment into the next.
      env: { ...environment, CONDA_PREFIX: undefined, CONDA_ALWAYS_COPY: 'true', MAMBA_ALWAYS_COPY: 'true' },
      ...(signal ? { signal } : {}),
    });
    if (ran.code !== 0) throw failed(lock.name, complaintOf(ran));
  } finally {
    await rm(list, { force: true });
  }
  onStep?.('checking every package');
  const found = await condaPackages(folder);
  const [built, listed] = [new Set(found.map(lineOf)), new Set(wanted.map(({ line }) => line))];
  const differs = [...wanted, ...found.map((each) => ({ ...each, line: lineOf(each) }))].find(
    ({ line }) => !built.has(line) || !listed.has(line),
  );
  if (differs) throw failed(lock.name, `${differs.name} ${differs.version} is not what the list says`);
  return indexOfConda(folder, found);
}

function findConda(environment: NodeJS.ProcessEnv): string | undefined {
  const names =
    process.platform === 'win32' ? ['conda.exe', 'micromamba.exe'] : ['conda', 'micromamba', 'mamba'];
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Every file with a digest as it lies in the prefix, which may be written into it. */
async function indexOfConda(folder: string, packages: readonly CondaPackage[]): Promise<Index> {
  const from = await sitePackagesOf(folder);
  const files: Entry[] = [];
  for (const each of packages) {
    for (const { _path, sha256, sha256_in_prefix } of each.paths_data?.paths ?? []) {
      const digest = sha256_in_prefix ?? sha256;
      const found = digest === undefined ? undefined : await stat(join(folder, _path)).catch(() => undefined);
      if (found?.isFile()) {
        const path = relative(from, join(folder, _path)).split(sep).join('/');
        files.push([path, found.size, found.mtimeMs, digest!]);
      }
    }
  }
  const versions = Object.fromEntries(packages.map(({ name, version }) => [name, version]));
  return { schema: 'reprise/environment/1', packages: versions, files };
}

function refused(why: string, todo: string): Failure {
  return new Failure(
    'usage',
    'conda',
    `The conda environment cannot be pinned: ${why}. Nothing was pinned. ${todo} Or pin a file that says what the notebook needs (--from): ` +
      'that pins wheels, which give other numbers than packages of conda.',
  );
}

function failed(name: string, why: string): Failure {
  return new Failure(
    'infrastructure',
    'restore',
    `The environment of ${name} was not built: ${why}. Nothing is left of it.`,
  );
}

function unreadable(name: string, why: string): Failure {
  return new Failure('drift', 'bad-lock', `${name} is not a lock to build from: ${why}. Nothing was built.`);
}
