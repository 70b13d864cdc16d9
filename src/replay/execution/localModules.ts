/** The modules beneath a root that code imports, found without running it. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path/posix';
import { type Import, importsIn } from '../../lint/python/imports';
import { hideMagics } from '../../lint/python/magics';

/**
 * @param folder the notebook's, relative to the root, where Python looks first; then its ancestors up to the root, and
 *   `src`, as notebooks put those on `sys.path`
 * @param cells sources of the notebook's code cells
 * @returns paths of modules, packages on the way to them, and files named by `%run`; relative to the root, sorted
 */
export function localModules(root: string, folder: string, cells: readonly string[]): string[] {
  const search = new Search(root, [...withAncestors(folder), 'src']);
  for (const cell of cells) {
    const { language, code, magics } = hideMagics(cell);
    if (language !== 'python') continue;
    for (const { text } of magics) search.run(folder, text);
    search.follow(code);
  }
  return [...search.found].sort();
}

class Search {
  readonly found = new Set<string>();

  constructor(
    private readonly root: string,
    private readonly places: readonly string[],
  ) {}

  /** `%run helper.py`. */
  run(folder: string, magic: string): void {
    const [, named] = /^%run\s+(?:-\S+\s+)*(["']?)([^"'\s]+)\1/.exec(magic)?.slice(1) ?? [];
    if (named !== undefined && !path.isAbsolute(named)) this.add(path.join(folder, named));
  }

  /** @param file of the module that the code is of; undefined of a cell */
  follow(code: string, file?: string): void {
    for (const statement of importsIn(code)) this.resolve(statement, file);
  }

  private resolve(statement: Import, file: string | undefined): void {
    if (statement.type === 'import') {
      for (const { path: dotted } of statement.names) this.absolute(dotted.split('.'), []);
      return;
    }
    const [, dots = '', dotted = ''] = /^(\.*)(.*)$/.exec(statement.module)!;
    const parts = dotted === '' ? [] : dotted.split('.');
    const names = statement.names === '*' ? [] : statement.names.map(({ name }) => name);
    if (dots === '') return this.absolute(parts, names);
    if (file === undefined) return;
    const up = dots.slice(1).replaceAll('.', '../');
    for (const module of this.along(path.join(path.dirname(file), up), parts, names)) this.add(module);
  }

  /** Where Python would find it first. */
  private absolute(parts: readonly string[], names: readonly string[]): void {
    for (const place of this.places) {
      const modules = this.along(place, parts, names);
      for (const module of modules) this.add(module);
      if (modules.length > 0) return;
    }
  }

  /** The packages on the way, and what stands at its end; `names` may be modules there, or values in them. */
  private along(place: string, parts: readonly string[], names: readonly string[]): string[] {
    const found: string[] = [];
    let folder = place;
    for (const part of parts) {
      const package_ = path.join(folder, part);
      const init = path.join(package_, '__init__.py');
      if (this.isFile(init)) found.push(init);
      else if (this.isFile(`${package_}.py`)) return [...found, `${package_}.py`];
      folder = package_;
    }
    const inside = names.flatMap((name) => [
      path.join(folder, `${name}.py`),
      path.join(folder, name, '__init__.py'),
    ]);
    return [...found, ...inside.filter((file) => this.isFile(file))];
  }

  private add(file: string): void {
    if (this.found.has(file) || !this.isFile(file)) return;
    this.found.add(file);
    if (file.endsWith('.py')) this.follow(readFileSync(path.join(this.root, file), 'utf8'), file);
  }

  private isFile(file: string): boolean {
    if (file.startsWith('../')) return false;
    return statSync(path.join(this.root, file), { throwIfNoEntry: false })?.isFile() ?? false;
  }
}

function withAncestors(folder: string): string[] {
  return folder === '.' || folder === '' ? ['.'] : [folder, ...withAncestors(path.dirname(folder))];
}
