/** Calls back for a package when it has been loaded, however that was asked for. */
import Module from 'node:module';
import { wrapped } from './wrapping';

type Load = (this: unknown, request: string, ...rest: unknown[]) => unknown;
type Loader = { _load: Load };

/** An `import` of a CommonJS package arrives with a file name, a `require` with the package's. */
export type Hook = { request: RegExp; apply: (loaded: Record<string, unknown>) => void };

export function hookModules(hooks: Hook[]): void {
  const loader = Module as unknown as Loader;
  const done = new WeakSet<object>();
  const hooked = (load: Load): Load =>
    function (request, ...rest) {
      const loaded = load.call(this, request, ...rest);
      if (typeof loaded !== 'object' || loaded === null || done.has(loaded)) return loaded;
      for (const { request: pattern, apply } of hooks) {
        if (!pattern.test(request)) continue;
        done.add(loaded);
        apply(loaded as Record<string, unknown>);
      }
      return loaded;
    };
  loader._load = wrapped(loader._load, hooked);
}

/** Loads a module of Node's so that the hooks hear of it, as they would not of an `import` or of a global that stands for it. */
export function loadNow<T>(name: string): T {
  return (Module as unknown as Loader)._load(name) as T;
}
