export const CONTAINERD_SOCKET: string;
export function at(...names: string[]): string;
