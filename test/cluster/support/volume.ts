/** A folder of this machine that pods see as a volume claim; their one node is this machine. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { admin } from './cluster';

export class Volume {
  private constructor(
    readonly folder: string,
    private readonly name: string,
  ) {}

  static async claimed(namespace: string, claim: string): Promise<Volume> {
    const folder = mkdtempSync(path.join(tmpdir(), 'reprise-volume-'));
    chmodSync(folder, 0o777);
    const name = path.basename(folder).toLowerCase();
    const common = { accessModes: ['ReadWriteOnce'], storageClassName: '' };
    const spec = { ...common, capacity: { storage: '1Gi' }, hostPath: { path: folder } };
    await admin.core.createPersistentVolume({ body: { metadata: { name }, spec } });
    const wanted = { ...common, volumeName: name, resources: { requests: { storage: '1Gi' } } };
    const body = { metadata: { name: claim }, spec: wanted };
    await admin.core.createNamespacedPersistentVolumeClaim({ namespace, body });
    return new Volume(folder, name);
  }

  async remove(): Promise<void> {
    await admin.core.deletePersistentVolume({ name: this.name });
    rmSync(this.folder, { recursive: true });
  }
}
