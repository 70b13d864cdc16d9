/** How data from elsewhere, and what fixes its version, is called for people. */
import type { DataRead } from '../lineage/record';

type Read = Pick<DataRead, 'kind' | 'name' | 'query' | 'version'>;

const FIELDS: Record<string, string> = {
  etag: 'ETag',
  modified: 'Last-Modified',
  revision: 'commit',
  'dvc md5': 'md5 that DVC has',
  'sql rows': 'number of rows',
  'sql sha256': 'sha256 of the rows',
  'sql start': 'sha256 of the first rows',
};

export function fieldWords({ kind }: Pick<Read, 'kind'>, field: string): string {
  return FIELDS[`${kind} ${field}`] ?? FIELDS[field] ?? field;
}

/** What is meant of a database is a part of it. */
export function dataWords({ name, query }: Pick<Read, 'name' | 'query'>): string {
  return query === undefined ? `\`${name}\`` : `what \`${query}\` gives of \`${name}\``;
}

/** "ETag "v1", Last-Modified Thu, …"; '' where nothing fixes it. */
export function versionWords(read: Read): string {
  return Object.entries(read.version)
    .map(([field, text]) => `${fieldWords(read, field)} ${text}`)
    .join(', ');
}
