/** The sidecar beside a notebook, as a file. */
import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from './replaceFile';
import { readSidecar, type Sidecar, sidecarPath, writeSidecar } from './sidecar';

const NEW = '{"schema":"reprise/notebook/1"}';

/** null where there is none. @throws SidecarError */
export function sidecarBeside(notebook: string): Sidecar | null {
  const file = sidecarPath(notebook);
  return existsSync(file) ? readSidecar(readFileSync(file, 'utf8')) : null;
}

/** With the defaults where there is none. @throws SidecarError */
export function sidecarOf(notebook: string): Sidecar {
  return sidecarBeside(notebook) ?? readSidecar(NEW);
}

/** Of what it is now: somebody else may have written it meanwhile. @throws SidecarError; errors of the file system */
export function changeSidecar(notebook: string, change: (sidecar: Sidecar) => Sidecar): Sidecar {
  const changed = change(sidecarOf(notebook));
  replaceFile(sidecarPath(notebook), writeSidecar(changed));
  return changed;
}
