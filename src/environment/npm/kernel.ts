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
  const named = objectOr(objectOr(notebook.document.metadata).kernelspec).name;
  const wanted = typeof named === 'string' && /deno/i.test(named) ? 'deno' : 'tslab';
  const found =
    wanted === 'deno' ? (deno(place) ?? tslab(place, language)) : (tslab(place, language) ?? deno(place));
  if (found !== undefined) return { language, ...found };
  throw tslabEntry(place) === undefined ? noKernel(language) : noNode(language);
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

type Started = Pick<JavaScriptKernel, 'kernel' | 'argv'>;

function tslab(place: Place, language: JavaScriptLanguage): Started | undefined {
  const entry = tslabEntry(place);
  const node = onPath(place.path, 'node');
  if (entry === undefined || node === undefined) return undefined;
  const languageOption = language === 'javascript' ? ['--js'] : [];
  const argv = [node, realpathSync(entry), 'kernel', ...languageOption, '--config-path', '{connection_file}'];
  return { kernel: 'tslab', argv };
}

function tslabEntry({ folder, path: variable }: Place): string | undefined {
  return installed(folder, 'tslab/bin/tslab') ?? onPath(variable, 'tslab');
}

function deno(place: Place): Started | undefined {
  const platform = `@deno/${process.platform}-${process.arch}${process.platform === 'linux' ? '-glibc' : ''}/deno`;
  const program = installed(place.folder, platform) ?? onPath(place.path, 'deno');
  if (program === undefined) return undefined;
  return { kernel: 'deno', argv: [program, 'jupyter', '--kernel', '--conn', '{connection_file}'] };
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
