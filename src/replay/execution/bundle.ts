import { realpathSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { NotebookDocument } from '../../notebook/model';
import { serializeNotebook } from '../../notebook/model';
import { isElsewhere, type JavaScriptKernel, recordedKernel } from '../../environment/npm/kernel';
import { agentSettings, type Policy } from '../../determinism/policy';
import type { RecordHeader, Seed } from '../../lineage/record';
import type { Store } from '../../lineage/store';
import type { LedgerDepth } from './plan';

/** One execution of a replay in executed order: the source as it was then, by digest. */
export type Step = { index: number; id: string; source?: string };

export type BundleContent = {
  run: string;
  notebook: string;
  document: NotebookDocument;
  order?: Step[];
  policy: Policy;
  seed: Seed;
  entropy: 'record' | 'enforce';
  rng: string;
  strict: boolean;
  /** Digests of every operation: slow. */
  audit?: 'deep';
  ledger?: LedgerDepth;
  /** Rows of the policy table that are left out. */
  without?: readonly string[];
  /** A plain kernel, of which nothing is recorded, when false. */
  records?: boolean;
  /** Of a notebook that is not in Python: its kernel. */
  javascript?: JavaScriptKernel;
  environment: Record<string, string>;
  timeout?: number;
  allowErrors: boolean;
  /** Goes on when whoever started it is gone. */
  detached: boolean;
  header: Partial<RecordHeader>;
  /** Where to run, when not in the store's own root. */
  root?: string;
};

/**
 * Writes what the runner needs into the run's own folder, with relative paths only: the same folder runs in a pod.
 * @returns the folder
 */
export function writeBundle(store: Store, content: BundleContent): string {
  const folder = store.runFolder(content.run);
  writeFileSync(join(folder, 'notebook.ipynb'), serializeNotebook(withoutOutputs(content.document)));
  const bundle = {
    schema: 'reprise/bundle/1',
    run: content.run,
    root: relative(folder, content.root ?? store.root)
      .split('\\')
      .join('/'),
    notebook: content.notebook,
    document: 'notebook.ipynb',
    ...(content.order ? { order: content.order } : {}),
    agent: {
      schema: 'reprise/agent/1',
      policy: content.policy,
      settings: agentSettings(content.policy, content),
      seed: content.seed,
      entropy: content.entropy,
      rng: content.rng,
      strict: content.strict,
      ...(content.audit ? { audit: content.audit } : {}),
      ...(content.records === false ? { records: false } : {}),
      ...(content.ledger === undefined ? {} : { ledger: content.ledger }),
      ...(content.javascript ? { javascript: content.javascript } : {}),
      valueBudgetMs: null,
      // Elsewhere our own output is no file beside the notebook.
      ignore: content.detached ? [] : ownOutput(store.root),
      header: {
        ...content.header,
        ...(content.javascript && !isElsewhere(content.javascript)
          ? { javascript: recordedKernel(content.javascript) }
          : {}),
      },
    },
    environment: content.environment,
    timeout: content.timeout ?? null,
    allowErrors: content.allowErrors,
    detached: content.detached,
    out: '.',
    objects: '../../objects',
  };
  writeFileSync(join(folder, 'bundle.json'), JSON.stringify(bundle, null, 1) + '\n');
  return folder;
}

/** Where our own stdout and stderr are redirected to: a log that grows beside the notebook is no file of a cell's. */
function ownOutput(root: string): string[] {
  return [1, 2].flatMap((descriptor) => {
    try {
      const path = relative(root, realpathSync(`/proc/self/fd/${descriptor}`));
      return path.startsWith('..') || !statSync(join(root, path)).isFile() ? [] : [path];
    } catch {
      return [];
    }
  });
}

function withoutOutputs(document: NotebookDocument): NotebookDocument {
  const cells = (document.cells as NotebookDocument[]).map((cell) =>
    cell.cell_type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell,
  );
  return { ...document, cells };
}
