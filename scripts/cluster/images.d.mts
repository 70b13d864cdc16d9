export const DEBS: readonly string[];
export const PREFIX: string;
export function addGit(layer: string, base: string, debs: string): Promise<void>;
export function makeBase(folder: string, debs: string, names?: readonly string[]): Promise<void>;
