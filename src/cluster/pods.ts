/** The container that commands go to. */
import type { Api } from './api';

export type Pod = { pod: string; container: string };

type SeenPod = { status?: { containerStatuses?: { name: string; state?: { terminated?: object } }[] } };

/** Commands fail for many reasons, also in a pod that goes on; the pod itself is asked. */
export async function hasEnded(api: Api, { pod, container }: Pod): Promise<boolean> {
  try {
    const found = await api.find<SeenPod>(api.path(`v1/pods/${pod}`));
    const state = found?.status?.containerStatuses?.find(({ name }) => name === container)?.state;
    return found === undefined || state?.terminated !== undefined;
  } catch {
    return false;
  }
}
