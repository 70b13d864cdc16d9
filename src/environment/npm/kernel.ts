/** The kernel that runs a JavaScript or TypeScript notebook: tslab on Node, or Deno. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { Failure } from '../../notebook/failure';
import { type Notebook, objectOr } from '../../notebook/model';
import type { JavaScriptLanguage, RecordedKernel } from '../recordedKernel';

export type JavaScriptKernel = {
  language: JavaScriptLanguage;
  kernel: 'tslab' | 'deno';
  /** Starts it; holds `{connection_file}`. */
  argv: string[];
};

type Place = {
  /** Folder of the notebook. */
  folder: string;
  path: string;
};

/** Undefined for a Python notebook. */
export function javascriptOf({ language }: Pick<Notebook, 'language'>): JavaScriptLanguage | undefined {
  return language === 'javascript' || language === 'typescript' ? language : undefined;
}

/** A kernelspec that finds a kernel of that kind again. */
export function kernelspecFor({ kernel, language }: Pick<RecordedKernel, 'kernel' | 'language'>): {
  name: string;
  display_name: string;
  language: JavaScriptLanguage;
} {
  if (kernel === 'deno') return { name: 'deno', display_name: 'Deno', language };
  return language === 'javascript'
    ? { name: 'jslab', display_name: 'JavaScript', language }
    : { name: 'tslab', display_name: 'TypeScript', language };
}

/**
 * The kernel that the notebook's kernelspec names, as installed nearest to it, else on PATH; where it names neither, tslab
 * before Deno.
 * @throws Failure `no-javascript-kernel`, `no-node`
 */
export function findJavaScriptKernel(
  notebook: Pick<Notebook, 'language' | 'document'>,
  place: Place,
): JavaScriptKernel {
  const language = javascriptOf(notebook) ?? 'javascript';
  const found =
    namedKernel(notebook) === 'deno'
      ? (deno(place) ?? tslab(place, language))
      : (tslab(place, language) ?? deno(place));
  if (found !== undefined) return { language, ...found };
  throw entryOf('tslab', place) === undefined ? noKernel(language) : noNode(language);
}

/** What to install for a kernel, as npm is told. */
export const TSLAB = ['tslab@1.0.22', '@types/node'];

function noKernel(language: JavaScriptLanguage): Failure {
  return new Failure(
    'infrastructure',
    'no-javascript-kernel',
    `This notebook is written in ${language}, which tslab or Deno runs; neither is installed beside it or on PATH. ` +
      `Install one where the notebook is (\`npm install ${TSLAB.join(' ')}\`, or \`npm install deno@2.9.6\`). Nothing ran.`,
  );
}

function noNode(language: JavaScriptLanguage): Failure {
  return new Failure(
    'infrastructure',
    'no-node',
    `This notebook is written in ${language}. tslab is installed for it, and no Node that would run it is on the PATH: ` +
      'install Node, or add its folder to PATH. Nothing ran.',
  );
}

/**
 * A kernel whose programs are found where it runs (`reprise_agent/javascript/finding.py`): in `{node}`, `{tslab}` and
 * `{deno}` their places are left open.
 * @param known what a pin or a record says that it is; else the notebook's kernelspec does, and tslab comes before Deno
 */
export function kernelElsewhere(
  notebook: Pick<Notebook, 'language' | 'document'>,
  known?: JavaScriptKernel['kernel'],
): JavaScriptKernel {
  const language = javascriptOf(notebook) ?? 'javascript';
  const kernel = known ?? namedKernel(notebook);
  const argv = kernel === 'deno' ? denoArgv('{deno}') : tslabArgv('{node}', '{tslab}', language);
  return { language, kernel, argv };
}

export function isElsewhere({ argv }: JavaScriptKernel): boolean {
  return argv[0]!.startsWith('{');
}

/** What a record says of a kernel: its version, and the digest of the file that it begins with. */
export function recordedKernel({ language, kernel, argv }: JavaScriptKernel): RecordedKernel {
  const entry = kernel === 'tslab' ? argv[1]! : argv[0]!;
  const version = versionBeside(realpathSync(entry));
  const sha256 = createHash('sha256').update(readFileSync(entry)).digest('hex');
  return { language, kernel, ...(version === undefined ? {} : { version }), sha256 };
}

/** @throws Failure `no-node` */
export function nodeProgram(path: string): string {
  const node = onPath(path, 'node');
  if (node !== undefined) return node;
  throw new Failure('infrastructure', 'no-node', 'There is no Node on the PATH. Nothing was done.');
}

function namedKernel({ document }: Pick<Notebook, 'document'>): JavaScriptKernel['kernel'] {
  const { name } = objectOr(objectOr(document.metadata).kernelspec);
  return typeof name === 'string' && /deno/i.test(name) ? 'deno' : 'tslab';
}

type Started = Pick<JavaScriptKernel, 'kernel' | 'argv'>;

/** The file that a kernel begins with, from `node_modules`. */
export const ENTRIES: Readonly<
  Record<JavaScriptKernel['kernel'], (platform: string, arch: string) => string>
> = {
  tslab: () => 'tslab/bin/tslab',
  deno: (platform, arch) => `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}/deno`,
};

function entryOf(kernel: JavaScriptKernel['kernel'], place: Place): string | undefined {
  return (
    installed(place.folder, ENTRIES[kernel](process.platform, process.arch)) ?? onPath(place.path, kernel)
  );
}

function tslab(place: Place, language: JavaScriptLanguage): Started | undefined {
  const [entry, node] = [entryOf('tslab', place), onPath(place.path, 'node')];
  if (entry === undefined || node === undefined) return undefined;
  return { kernel: 'tslab', argv: tslabArgv(node, realpathSync(entry), language) };
}

function tslabArgv(node: string, entry: string, language: JavaScriptLanguage): string[] {
  const languageOption = language === 'javascript' ? ['--js'] : [];
  return [node, entry, 'kernel', ...languageOption, '--config-path', '{connection_file}'];
}

function deno(place: Place): Started | undefined {
  const program = entryOf('deno', place);
  return program === undefined ? undefined : { kernel: 'deno', argv: denoArgv(program) };
}

function denoArgv(program: string): string[] {
  return [program, 'jupyter', '--kernel', '--conn', '{connection_file}'];
}

/** In the nearest `node_modules`, as Node itself looks. */
function installed(folder: string, file: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    const candidate = path.join(at, 'node_modules', file);
    if (existsSync(candidate)) return candidate;
    if (at === path.dirname(at)) return undefined;
  }
}

function onPath(variable: string, name: string): string | undefined {
  const candidates = variable.split(path.delimiter).map((folder) => path.join(folder, name));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return path.isAbsolute(candidate);
    } catch {
      return false;
    }
  });
}

function versionBeside(entry: string): string | undefined {
  for (let at = path.dirname(entry); at !== path.dirname(at); at = path.dirname(at)) {
    try {
      const { version } = JSON.parse(readFileSync(path.join(at, 'package.json'), 'utf8')) as {
        version?: unknown;
      };
      if (typeof version === 'string') return version;
    } catch {
      continue;
    }
  }
  return undefined;
}
