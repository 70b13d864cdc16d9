/** Once for all tests in a real VS Code: the tools, and an extensions folder with Reprise as packaged and the bridge. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { ensureEditorTools } from '../../../scripts/editor/install.mjs';
import { endProcesses, installExtensions, listed } from '../../../scripts/editor/server.mts';
import { ensureVsix } from '../../../scripts/editor/vsix.mjs';
import { cacheFolder, root } from '../../../scripts/lib/checkout.mjs';

export default async function setup(project) {
  const { server, chromium } = await ensureEditorTools();
  // A given package, such as one that is about to be published, instead of one made from the present sources.
  const reprise = process.env.REPRISE_TEST_VSIX || (await ensureVsix());
  const folder = mkdtempSync(path.join(tmpdir(), 'reprise-editor-'));
  const bridge = path.join(folder, 'bridge.vsix');
  await createVSIX({
    cwd: path.join(root, 'test', 'editor', 'bridge'),
    packagePath: bridge,
    dependencies: false,
    allowMissingRepository: true,
    allowStarActivation: true,
    skipLicense: true,
  });
  const extensions = path.join(folder, 'extensions');
  await installExtensions(server, extensions, [reprise, bridge]);
  const cache = path.join(cacheFolder(), 'tools');
  project.provide('editor', { server, chromium, extensions, folder, cache, packages: [reprise, bridge] });
  return async () => {
    const left = await endProcesses(folder);
    rmSync(folder, { recursive: true, force: true });
    if (left.length > 0)
      throw new Error(`The tests left processes behind (they were ended):\n${listed(left)}`);
  };
}
