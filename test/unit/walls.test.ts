import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The walls' messages for one file as the repository's own configuration lints it. */
async function breaches(file: string, code: string): Promise<string[]> {
  const eslint = new ESLint({
    cwd: root,
    // Files that do not exist cannot be type-checked; the walls need no types.
    overrideConfig: [
      {
        files: ['src/**/*.ts'],
        languageOptions: { parserOptions: { projectService: false, project: false } },
      },
    ],
    ruleFilter: ({ ruleId }) => ruleId === 'reprise/walls',
  });
  const [result] = await eslint.lintText(code, { filePath: path.join(root, 'src', file) });
  return (result?.messages ?? []).map((message) => message.message);
}

describe('the walls between the rooms', () => {
  it.each([
    ['lineage/store.ts', `import { read } from './record';`],
    ['lineage/store.ts', `import type { Drift } from '../environment/fingerprint';`],
    ['replay/compare/compare.ts', `import { canon } from '../../notebook/canon';`],
    ['cluster/submit.ts', `import { KubeConfig } from '@kubernetes/client-node';`],
    ['kernel/session.ts', `const services = await import('@jupyterlab/services');`],
    ['git/state.ts', `import { simpleGit } from 'simple-git';`],
    ['vscode/commands/verify.ts', `import * as vscode from 'vscode';`],
    ['extension.ts', `import * as vscode from 'vscode'; import { register } from './vscode/commands';`],
    ['cli.ts', `import { main } from './cli/main';`],
    ['notebook/read.ts', `import { readFile } from 'node:fs/promises';`],
  ])('let %s do: %s', async (file, code) => {
    expect(await breaches(file, code)).toEqual([]);
  });

  it.each([
    [
      'notebook/read.ts',
      `import { open } from '../lineage/store';`,
      /src\/notebook may not import src\/lineage/,
    ],
    [
      'notebook/read.ts',
      `import type { Drift } from '../environment/fingerprint';`,
      /may not import src\/environment/,
    ],
    [
      'notebook/read.ts',
      `type D = import('../environment/fingerprint').Drift;`,
      /may not import src\/environment/,
    ],
    ['environment/pin.ts', `export * from '../replay/compare/compare';`, /may not import src\/replay/],
    [
      'environment/pin.ts',
      `export { compare } from '../replay/compare/compare';`,
      /may not import src\/replay/,
    ],
    ['lint/rules.ts', `const store = await import('../lineage/store');`, /may not import src\/lineage/],
    ['lint/rules.ts', `const store = require('../lineage');`, /may not import src\/lineage/],
    ['cli/run.ts', `import { show } from '../vscode/output';`, /may not import each other/],
    ['vscode/output.ts', `import { table } from '../cli/text';`, /may not import each other/],
    ['extension.ts', `import { main } from './cli/main';`, /may not import each other/],
    ['cli/run.ts', `import { activate } from '../extension';`, /may not import each other/],
    ['replay/execution/local.ts', `import { main } from '../../cli';`, /src\/replay may not import src\/cli/],
    [
      'replay/execution/local.ts',
      `import type * as vscode from 'vscode';`,
      /Only src\/vscode may import "vscode"/,
    ],
    ['cli/run.ts', `import * as vscode from 'vscode';`, /Only src\/vscode may import "vscode"/],
    [
      'replay/execution/local.ts',
      `import { V1Job } from '@kubernetes/client-node';`,
      /Only src\/cluster may import/,
    ],
    [
      'cli/run.ts',
      `import { KernelAPI } from '@jupyterlab/services/lib/kernel';`,
      /Only src\/kernel may import/,
    ],
    ['cli/run.ts', `import { simpleGit } from 'simple-git';`, /Only src\/git may import/],
    ['pantry/jam.ts', `import { read } from '../notebook/read';`, /src\/pantry is not a room/],
  ])('stop %s from: %s', async (file, code, message) => {
    const found = await breaches(file, code);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
  });
});
