export function ensureTslab(): Promise<string>;
export function ensureJavaScript(): Promise<string>;
