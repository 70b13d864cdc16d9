export const DEBS: readonly string[];
export const PREFIX: string;
export function makeBase(folder: string, debs: string, names?: readonly string[]): Promise<void>;
