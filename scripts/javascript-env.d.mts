export function ensureTslab(): Promise<string>;
