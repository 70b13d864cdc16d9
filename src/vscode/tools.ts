import { settleAgent } from '../kernel/kernelspec';

/** What is bundled with the extension and used on the user's machine. */
export type Tools = {
  /** Path of the agent that kernels run. */
  agent: () => string;
  /** Path of the hashed requirements of the pinned uv. */
  uvLock: string;
};

/** @param inDist path of a bundled file */
export function bundledTools(inDist: (name: string) => string): Tools {
  return { agent: () => settleAgent(inDist('agent.pyz')), uvLock: inDist('uv.lock') };
}
