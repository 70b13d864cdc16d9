/**
 * The `reprise` command of the user's terminals. An extension's folder moves at each update, so what is installed is a
 * small program that looks for the newest one.
 */
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Installation } from './editor';

/** What tells our own program from anybody else's. */
const MARK = '# Installed by the Reprise extension (reprise.reprise).';

export type Installed = {
  how: 'installed' | 'foreign';
  /** The bundled command itself. */
  program: string;
};

/** Writes `~/.local/bin/reprise`, unless something that is not ours is there. */
export function installLauncher(installation: Installation): Installed {
  const target = path.join(binFolder(installation), 'reprise');
  const program = path.join(installation.extension, 'bin', 'reprise');
  if (isForeign(target)) return { how: 'foreign', program };
  mkdirSync(path.dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.new`;
  try {
    writeFileSync(temporary, launcher(installation), { mode: 0o755 });
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
  }
  return { how: 'installed', program };
}

export function installationOf(extension: string): Installation {
  const { platform, execPath: node, env } = process;
  return { extension, home: homedir(), platform, path: env.PATH ?? '', node };
}

export function isOnPath(installation: Installation): boolean {
  return installation.path
    .split(':')
    .some((folder) => path.resolve(folder || '.') === binFolder(installation));
}

function binFolder({ home }: Installation): string {
  return path.join(home, '.local', 'bin');
}

function isForeign(target: string): boolean {
  const found = lstatSync(target, { throwIfNoEntry: false });
  return found !== undefined && !(found.isFile() && readFileSync(target, 'utf8').includes(MARK));
}

function launcher({ extension, node }: Installation): string {
  // An extension that is being developed lies in a folder of its own and is the newest of one.
  const [folder, name] = [path.dirname(extension), path.basename(extension)];
  const pattern = /^reprise\.reprise-\d/.test(name) ? 'reprise.reprise-*' : quoted(name);
  return `#!/bin/sh
${MARK}
# Runs the newest version of the extension that is installed.

newest=$(for found in ${quoted(folder)}/${pattern}; do
  [ -f "$found/bin/reprise" ] && printf '%s\\n' "$found"
done | sort -V | tail -n 1)

if [ -z "$newest" ]; then
  echo 'reprise: the Reprise extension is no longer installed here.' >&2
  echo 'Install it again, or remove this command: rm ~/.local/bin/reprise' >&2
  exit 5
fi

# The editor's own Node, where the machine has no other.
if [ -z "$REPRISE_NODE" ] && ! command -v node >/dev/null 2>&1 && [ -x ${quoted(node)} ]; then
  REPRISE_NODE=${quoted(node)} ELECTRON_RUN_AS_NODE=1
  export REPRISE_NODE ELECTRON_RUN_AS_NODE
fi

exec sh "$newest/bin/reprise" "$@"
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
