/** What an environment holds, and where each of its packages came from (PEP 610). */
import { Failure } from '../notebook/failure';
import { command, complaintOf } from './command';
import { normalized } from './installed';

export type Described = {
  version: string;
  prefix: string;
  isConda: boolean;
  packages: { name: string; version: string; from?: Source; installer: string }[];
};

export type Source =
  | { kind: 'folder'; path: string }
  | { kind: 'repository'; url: string; commit: string }
  | { kind: 'archive'; url: string; sha256?: string };

const SCRIPT = `
import importlib.metadata as m, json, os, platform, sys
def read(d, name):
    try:
        return d.read_text(name) or ""
    except Exception:
        return ""
print(json.dumps({
  "version": platform.python_version(),
  "prefix": sys.prefix,
  "isConda": os.path.isdir(os.path.join(sys.prefix, "conda-meta")),
  "packages": [[d.metadata["Name"], d.version, read(d, "direct_url.json"), read(d, "INSTALLER").strip()]
    for d in m.distributions() if d.metadata["Name"]],
}))
`;

/** @throws Failure `no-python` */
export async function describe(python: string, signal?: AbortSignal): Promise<Described> {
  const ran = await command(python, ['-I', '-c', SCRIPT], signal ? { signal } : {});
  if (ran.code !== 0)
    throw new Failure('infrastructure', 'no-python', `${python} does not start: ${complaintOf(ran)}`);
  const { packages, ...rest } = JSON.parse(ran.stdout) as Omit<Described, 'packages'> & {
    packages: [name: string, version: string, direct: string, installer: string][];
  };
  // The first of one name is the one that is imported.
  const first = new Map<string, Described['packages'][number]>();
  for (const [name, version, direct, installer] of packages) {
    const from = direct === '' ? undefined : sourceOf(JSON.parse(direct) as DirectUrl);
    const key = normalized(name);
    if (!first.has(key)) first.set(key, { name: key, version, installer, ...(from ? { from } : {}) });
  }
  return { ...rest, packages: [...first.values()].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

type DirectUrl = {
  url: string;
  dir_info?: { editable?: boolean };
  vcs_info?: { vcs: string; commit_id: string };
  archive_info?: { hash?: string; hashes?: { sha256?: string } };
};

function sourceOf({ url, dir_info, vcs_info, archive_info }: DirectUrl): Source {
  if (vcs_info) return { kind: 'repository', url, commit: vcs_info.commit_id };
  if (dir_info) return { kind: 'folder', path: decodeURIComponent(url.replace(/^file:\/\//, '')) };
  const sha256 = archive_info?.hashes?.sha256 ?? /^sha256=(.*)$/.exec(archive_info?.hash ?? '')?.[1];
  return { kind: 'archive', url, ...(sha256 === undefined ? {} : { sha256 }) };
}
