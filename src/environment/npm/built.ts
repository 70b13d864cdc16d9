import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { cacheFolder } from '../cache';

/** The environment in the cache that a project's `node_modules` leads to. @param folder that holds `node_modules` */
export function builtFolder(folder: string, environment?: NodeJS.ProcessEnv): string | undefined {
  const modules = join(folder, 'node_modules');
  const environments = join(cacheFolder(environment), 'envs');
  if (!existsSync(modules) || !existsSync(environments)) return undefined;
  const inside = relative(realpathSync(environments), realpathSync(modules));
  return inside.startsWith('..') ? undefined : dirname(realpathSync(modules));
}
