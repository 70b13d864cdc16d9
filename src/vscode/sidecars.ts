/** Writes what the user chose into `<stem>.repro.json`, and takes it along when its notebook is renamed. */
import { existsSync, renameSync } from 'node:fs';
import { type Sidecar, type SidecarSettings, sidecarPath } from '../notebook/sidecar';
import { changeSidecar, sidecarOf } from '../notebook/sidecarFile';

export type Chosen = Partial<Pick<SidecarSettings, 'policy' | 'seed'>>;

export class Sidecars {
  /** The settings that a notebook runs under: the defaults where it has no sidecar. @throws SidecarError */
  settingsOf(notebook: string): SidecarSettings {
    return this.read(notebook).settings;
  }

  /**
   * Writes a choice, and nothing when it is what holds already. A sidecar that cannot be read is left as it is.
   * @returns whether anything was written
   * @throws SidecarError
   */
  change(notebook: string, chosen: Chosen): boolean {
    const now = this.settingsOf(notebook);
    const settings = { ...now, ...chosen };
    if (settings.policy === now.policy && settings.seed === now.seed) return false;
    changeSidecar(notebook, (sidecar) => ({ ...sidecar, settings: { ...sidecar.settings, ...chosen } }));
    return true;
  }

  /**
   * A renamed notebook's sidecar. One that is there already under the new name is never written over: `occupied`.
   * @param before path of the notebook as it was named before
   */
  follow(before: string, after: string): 'moved' | 'none' | 'occupied' {
    const from = sidecarPath(before);
    const to = sidecarPath(after);
    if (from === to || !existsSync(from)) return 'none';
    if (existsSync(to)) return 'occupied';
    renameSync(from, to);
    return 'moved';
  }

  /** Empty where there is none. @throws SidecarError */
  read(notebook: string): Sidecar {
    return sidecarOf(notebook);
  }
}
