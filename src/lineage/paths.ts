/**
 * Paths of files as records have them, with `/`: from the root; `~/…` below the home directory; of what lies elsewhere the
 * bare name. A file of the root in a folder that is itself named `~` is `./~/…`.
 */

type Named = { path: string; outside?: boolean };

export function isOutside({ path, outside }: Named): boolean {
  return outside === true || path.startsWith('~/') || path.startsWith('/') || path.split('/').includes('..');
}

/** The path from the root, as the file system has it; undefined of what lies outside. */
export function pathInRoot(file: Named): string | undefined {
  return isOutside(file) ? undefined : file.path.replace(/^\.\//, '');
}

/** Bytes of a name that are no UTF-8 are in a record as Python has them, each as half a surrogate pair: no file is found by it. */
export function isUnnameable(path: string): boolean {
  return /\p{Cs}/u.test(path);
}
