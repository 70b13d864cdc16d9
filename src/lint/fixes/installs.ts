/** The version that is installed, for a package that is installed in whatever version is newest. */
import type { Fix } from '../finding';
import type { Judged } from '../judged';
import type { Versions } from '../checks';
import type { Notebook } from './text';

export function pinned({ cell, range }: Judged, notebook: Notebook, versions: Versions): Fix[] {
  const [, name, extras = ''] =
    /^([\w.-]+)(\[[^\]]*\])?(?:[<>~!=].*)?$/.exec(notebook.text(cell, range)) ?? [];
  const version = name === undefined ? undefined : versions[name.toLowerCase().replace(/[-_.]+/g, '-')];
  if (version === undefined) return [];
  const text = `${name}${extras}==${version}`;
  return [
    { title: `Install what is here now (${text})`, safe: true, edits: [notebook.replace(cell, range, text)] },
  ];
}
