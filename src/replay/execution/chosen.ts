/** Where a notebook runs: the interpreter, the kernel of one that is not in Python, and the machine. */
import { availableParallelism } from 'node:os';
import { checkedPython } from '../../environment/checked';
import type { Drift } from '../../environment/fingerprint';
import { checkedJavaScript } from '../../environment/npm/checked';
import { type JavaScriptKernel, javascriptOf, kernelElsewhere } from '../../environment/npm/kernel';
import type { Policy, RecordHeader } from '../../lineage/record';
import { Failure } from '../../notebook/failure';
import type { Notebook } from '../../notebook/model';
import type { Sidecar } from '../../notebook/sidecar';
import type { Context } from './context';
import { recordedPin } from './live';

/** Elsewhere than here there is no interpreter to choose: the image has it. */
export type Chosen = { python?: string; edits: Drift[] };

export function pinOfHeader(sidecar: Sidecar | null, edits: Drift[]): Partial<RecordHeader> {
  const pin = recordedPin({ sidecar }, edits);
  return pin ? { pin } : {};
}

export type Pinned = { path: string; root: string; sidecar: Sidecar | null };

/**
 * The interpreter of the pin, restored where it is absent; another one is checked against the pin.
 * @throws Failure `drift` under `full`, and where it is to be refused, if it differs in a way that can matter
 */
export async function pythonFor(
  notebook: Pinned,
  { python: option, policy, refuse = false }: { python?: string; policy: Policy; refuse?: boolean },
  variables: Record<string, string>,
  context: Context,
): Promise<Chosen> {
  const { agent, uvLock, signal, onNotice, target } = context;
  if (target !== undefined) return { edits: [] };
  const { path: python, edits } = await checkedPython(notebook, {
    agent,
    uvLock,
    variables,
    refuses: refuse ? 'seal' : policy === 'full' && 'policy',
    ...(option === undefined ? {} : { python: option }),
    ...(signal ? { signal } : {}),
    ...(onNotice ? { onStep: onNotice, onDrift: onNotice } : {}),
  });
  return { python, edits };
}

/**
 * The kernel of a notebook that is not in Python, and how what it runs in differs from its pin, which elsewhere than here
 * is looked at there.
 * @throws Failure `drift` as `pythonFor`
 */
export async function javascriptFor(
  model: Notebook,
  notebook: Pinned,
  {
    policy,
    refuse = false,
    known,
  }: { policy: Policy; refuse?: boolean | undefined; known?: JavaScriptKernel['kernel'] | undefined },
  { target, signal, onNotice, uvLock }: Context,
): Promise<{ kernel: JavaScriptKernel; drift: Drift[] } | undefined> {
  if (javascriptOf(model) === undefined) return undefined;
  if (target !== undefined) {
    const kernel = kernelElsewhere(model, notebook.sidecar?.pin?.javascript?.kernel ?? known);
    return { kernel, drift: [] };
  }
  return checkedJavaScript(model, notebook, {
    uvLock,
    refuses: refuse ? 'seal' : policy === 'full' && 'policy',
    ...(signal ? { signal } : {}),
    ...(onNotice ? { onStep: onNotice, onDrift: onNotice } : {}),
  });
}

export function machineOf({ target }: Context): {
  given: NodeJS.ProcessEnv;
  cores: number;
  isQuota?: boolean;
} {
  if (target !== undefined) return { given: target.given, cores: target.cores, isQuota: true };
  return { given: process.env, cores: availableParallelism() };
}

/** @throws Failure `portable` */
export function requireFull(policy: Policy): void {
  if (policy === 'full') return;
  throw new Failure(
    'usage',
    'portable',
    `--portable fixes what the policy "full" leaves to the processor, and this run has the policy "${policy}": add --policy full.`,
  );
}
