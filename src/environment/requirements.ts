/** What a lock is made from: the packages of an environment, or a file that says what a notebook needs. */
import { parse } from 'smol-toml';
import { relative, sep } from 'node:path';
import { Failure } from '../notebook/failure';
import type { Described } from './described';
import { normalized } from './installed';

export type Requirements = {
  /** PEP 508. */
  dependencies: string[];
  requiresPython?: string;
  /** What was left out, in a sentence each. */
  notices: string[];
};

/** Tools that make environments; no notebook imports them by being run. */
export const TOOLS = new Set(['pip', 'setuptools', 'wheel', 'uv', 'distribute']);

/**
 * @param root of the project: packages whose source is in it are not of the environment
 * @throws Failure `not-from-index` with every package that no index gives
 */
export function requirementsOf({ packages }: Described, root: string): Requirements {
  const notices: string[] = [];
  const refused: string[] = [];
  const dependencies = packages.flatMap(({ name, version, from }) => {
    if (TOOLS.has(name)) return [];
    if (from === undefined) return [`${name}==${version}`];
    if (from.kind === 'folder' && isInside(root, from.path)) {
      notices.push(
        `${name} is this project itself (${relative(root, from.path) || '.'}): its source goes with the notebook, and is not in the lock.`,
      );
      return [];
    }
    if (from.kind === 'archive' && from.sha256 !== undefined && /^https:.*\.whl$/.test(from.url)) {
      return [`${name} @ ${from.url}#sha256=${from.sha256}`];
    }
    refused.push(
      `${name} (${WHERE[from.kind]}${from.kind === 'repository' ? ` at ${from.commit.slice(0, 12)}` : ''})`,
    );
    return [];
  });
  if (refused.length > 0) {
    throw new Failure(
      'usage',
      'not-from-index',
      `Some packages come from no index, and building them again gives another thing on each machine: ${refused.join(', ')}. ` +
        'Nothing was pinned. Build a wheel of each, put it where an address serves it, and install it from there.',
    );
  }
  return { dependencies: withKernel(dependencies), notices };
}

const WHERE = {
  folder: 'a folder of this machine',
  repository: 'a repository',
  archive: 'an archive without a digest',
};

/**
 * @param name of the file: requirements.txt, pyproject.toml, or a script or notebook with a PEP 723 block
 * @throws Failure `bad-requirements`
 */
export function readRequirements(text: string, name: string): Requirements {
  const refuse = (why: string): never => {
    throw new Failure(
      'usage',
      'bad-requirements',
      `${name} says not what a notebook needs: ${why}. Nothing was pinned.`,
    );
  };
  if (/\.ipynb$|\.py$/.test(name)) return scriptBlock(sourceOf(text, name), refuse);
  if (name.endsWith('.toml')) {
    const { project } = tomlOf(text, refuse) as { project?: Project };
    if (project === undefined) return refuse('it has no [project]');
    return ofProject(project);
  }
  const lines = text.split(/\r?\n/).map((line) => line.replace(/(^|\s)#.*$/, '').trim());
  const option = lines.find((line) => /^-(r|c|e)\b|^--(?!hash)/.test(line));
  if (option !== undefined) return refuse(`"${option}" is an option, and only packages are read`);
  const dependencies = lines.map((line) => line.replace(/\s*(--hash=\S+|\\)/g, '').trim()).filter(Boolean);
  return { dependencies: withKernel(dependencies), notices: [] };
}

/** A package that is named anew is resolved anew, and not held to the version that it had. */
export function withAdded(requirements: Requirements, added: readonly string[]): Requirements {
  const names = new Set(added.map(nameOf));
  const kept = requirements.dependencies.filter((each) => !names.has(nameOf(each)));
  return { ...requirements, dependencies: [...kept, ...added] };
}

function nameOf(requirement: string): string {
  return normalized(/^\s*([\w.-]*\w)/.exec(requirement)?.[1] ?? requirement);
}

type Project = { dependencies?: string[]; 'requires-python'?: string };

function ofProject(project: Project): Requirements {
  const { dependencies = [], 'requires-python': requiresPython } = project;
  return {
    dependencies: withKernel(dependencies),
    ...(requiresPython ? { requiresPython } : {}),
    notices: [],
  };
}

/** `# /// script` … `# ///` (PEP 723), which juv writes into the first cell. */
function scriptBlock(source: string, refuse: (why: string) => never): Requirements {
  const block = /^# \/\/\/ script\s*\r?\n((?:#(?: .*)?\r?\n)+?)# \/\/\/\s*$/m.exec(source)?.[1];
  if (block === undefined) return refuse('it has no "# /// script" block (PEP 723)');
  const text = block.replace(/^# ?/gm, '');
  return ofProject(tomlOf(text, refuse) as Project);
}

function sourceOf(text: string, name: string): string {
  if (!name.endsWith('.ipynb')) return text;
  const { cells = [] } = JSON.parse(text) as { cells?: { cell_type: string; source: string | string[] }[] };
  const code = cells.filter(({ cell_type }) => cell_type === 'code');
  return code.map(({ source }) => (Array.isArray(source) ? source.join('') : source)).join('\n\n');
}

function tomlOf(text: string, refuse: (why: string) => never): unknown {
  try {
    return parse(text);
  } catch (error) {
    return refuse(`it is no TOML (${(error as Error).message.split('\n')[0]})`);
  }
}

/** A notebook needs a kernel, whether it says so or not. */
function withKernel(dependencies: readonly string[]): string[] {
  const hasKernel = dependencies.some((each) => /^ipykernel\b/i.test(each));
  return hasKernel ? [...dependencies] : [...dependencies, 'ipykernel'];
}

function isInside(root: string, path: string): boolean {
  const inside = relative(root, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`);
}
