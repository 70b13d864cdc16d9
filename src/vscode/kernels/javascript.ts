/** What the kernel of a JavaScript notebook starts on: tslab or Deno, and the Python of the agent that keeps its record. */
import { checkedJavaScript, isJavaScriptPin, kernelFor, toolsFor } from '../../environment/npm/checked';
import { restoreJavaScript } from '../../environment/npm/restore';
import { Failure } from '../../notebook/failure';
import { recordedPin } from '../../replay/execution/live';
import type { Settings } from '../../replay/execution/plan';
import type { Written } from '../languages';
import type { Basis } from './host';
import type { PinUse, Progress } from './interpreter';

export type JavaScriptNotebook = { path: string; written: Written; settings: Settings };

/**
 * @param python that the agent runs on
 * @throws Failure `no-javascript-kernel`, `drift`, and those of a restore
 */
export async function javascriptBasis(
  { path, written, settings }: JavaScriptNotebook,
  python: string,
  use: PinUse,
  { uvLock, signal, onStep, onDrift }: Progress & { uvLock: string },
): Promise<Basis> {
  const { root, sidecar, policy } = settings;
  const pin = sidecar?.pin;
  if (pin === undefined || use === 'without') return { python, javascript: kernelFor(written, path) };
  if (use === 'restored' && isJavaScriptPin(pin)) {
    const tools = toolsFor(path, root, { uvLock, python, signal });
    await restoreJavaScript({ path, root, pin, repair: true, ...tools, signal, onStep });
  }
  const refuses = policy === 'full' && 'policy';
  const { kernel, drift } = await checkedJavaScript(
    written,
    { path, root, sidecar },
    { uvLock, refuses, signal, onStep, onDrift },
  );
  return { python, javascript: kernel, pin: recordedPin(settings, drift) };
}

/** Says why a notebook that is not in Python asks for one. */
export function asOfAgent(error: unknown): unknown {
  if (!(error instanceof Failure) || !['no-python', 'no-ipykernel'].includes(error.reason)) return error;
  const why = 'Reprise’s agent, which keeps the record of JavaScript kernels too, runs on Python.';
  return new Failure(error.kind, error.reason, `${why} ${error.message}`);
}
