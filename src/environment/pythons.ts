/** The Pythons of this machine: which of them a lock was made for. */
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Failure } from '../notebook/failure';
import { command } from './command';

export type Python = {
  /** The interpreter itself, even where a shim or one of a virtual environment was asked. */
  path: string;
  /** `3.11.7`. */
  version: string;
  /** What `sys.version` says, with the implementation: another build of one version is another one. */
  build: string;
  /** Tags of platform that it can install, the best first: `manylinux_2_36_x86_64`. */
  platform: string;
};

const PROBE = `
import json, platform, sys, sysconfig
print(json.dumps({
  "path": getattr(sys, "_base_executable", None) or sys.executable,
  "version": platform.python_version(),
  "build": sys.implementation.name + " " + sys.version,
  "platform": sysconfig.get_platform(),
}))
`;

/** @returns undefined where it does not start */
export async function pythonAt(path: string, signal?: AbortSignal): Promise<Python | undefined> {
  try {
    const { code, stdout } = await command(path, ['-I', '-c', PROBE], signal ? { signal } : {});
    return code === 0 ? (JSON.parse(stdout) as Python) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A Python of the version that a pin names: that very patch where there is one, else another of its minor.
 * @param asked a path that the user gave, which alone is looked at
 * @throws Failure `other-python`, saying what was found
 */
export async function findPython(
  version: string,
  asked?: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Python> {
  const minor = minorOf(version);
  const paths = asked === undefined ? await candidates(minor, environment) : [asked];
  const found: Python[] = [];
  for (const path of paths) {
    const python = await pythonAt(path);
    if (python?.version === version) return python;
    if (python) found.push(python);
  }
  const same = found.find((each) => minorOf(each.version) === minor);
  if (same) return same;
  const there = [...new Set(found.map((each) => each.version))].join(', ');
  throw new Failure(
    'drift',
    'other-python',
    `The pin is for Python ${version}, and ${asked ? `${asked} is ${there || 'no Python'}` : `none of ${minor} was found (PATH, pyenv, uv, conda${there ? `; there is ${there}` : ''})`}. ` +
      `Nothing was built. Install Python ${minor}, name one with --python PATH, or pin again.`,
  );
}

export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

async function candidates(minor: string, environment: NodeJS.ProcessEnv): Promise<string[]> {
  const home = environment.HOME ?? homedir();
  const onPath = (environment.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => [join(folder, `python${minor}`), join(folder, 'python3')]);
  const uv =
    environment.UV_PYTHON_INSTALL_DIR ??
    join(environment.XDG_DATA_HOME ?? join(home, '.local/share'), 'uv/python');
  const folders: [folder: string, pattern: RegExp][] = [
    [
      join(environment.PYENV_ROOT ?? join(home, '.pyenv'), 'versions'),
      new RegExp(`^${minor.replace('.', '\\.')}\\.`),
    ],
    [uv, new RegExp(`^cpython-${minor.replace('.', '\\.')}\\.`)],
    ...['miniconda3', 'miniforge3', 'anaconda3', 'micromamba'].map((name): [string, RegExp] => [
      join(home, name, 'envs'),
      /./,
    ]),
  ];
  const inFolders = await Promise.all(
    folders.map(async ([folder, pattern]) => {
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => pattern.test(name)).map((name) => join(folder, name, 'bin', 'python3'));
    }),
  );
  return [...new Set([...onPath, ...inFolders.flat()])];
}
