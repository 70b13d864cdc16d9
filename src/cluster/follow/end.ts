/** A container's termination message: it outlives log and results, and is enough for the verdict on the outputs. */
import type { RunStatus } from '../../lineage/record';
import { withoutControls } from './events';

export type EndMessage = {
  run: string;
  exit: number;
  status?: RunStatus;
  root?: string;
  results?: string;
  /** sha256 of the list of results, and its `size` in bytes. */
  manifest?: string;
  size?: number;
  reason?: string;
  message?: string;
  /** 16 hex digits of each executed cell's raw digest. */
  cells?: string;
};

const HEX = /^[0-9a-f]*$/;

/** undefined for anything that is not ours, such as the end of the log of a container that was killed. */
export function readEndMessage(text: string | undefined): EndMessage | undefined {
  if (!text?.startsWith('{')) return undefined;
  let said: Record<string, unknown>;
  try {
    said = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const { schema, run, exit, status } = said;
  if (schema !== 'reprise/end/1' || typeof run !== 'string' || typeof exit !== 'number') return undefined;
  const hex = (name: string) =>
    typeof said[name] === 'string' && HEX.test(said[name]) ? { [name]: said[name] } : {};
  const words = (name: string) =>
    typeof said[name] === 'string' ? { [name]: withoutControls(said[name]).slice(0, 1000) } : {};
  const isStatus = ['ok', 'error', 'cancelled', 'died'].includes(status as string);
  return {
    run,
    exit,
    ...(isStatus ? { status: status as RunStatus } : {}),
    ...hex('root'),
    ...hex('results'),
    ...hex('manifest'),
    ...hex('cells'),
    ...(Number.isSafeInteger(said['size']) ? { size: said['size'] as number } : {}),
    ...words('reason'),
    ...words('message'),
  };
}
