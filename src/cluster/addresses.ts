/** Addresses of a store (presigned URLs). Whoever has one can read or write there, so none is in a message, a record or a file. */
import { createHash } from 'node:crypto';

/** `put`: written to; `get`: read from. `{run}` in them stands for the run's id. */
export type Addresses = { put?: string; get?: string };

const RUN = '{run}';

export function addressOf(address: string, run: string): string {
  return address.replaceAll(RUN, run);
}

/** What tells one object of a store from another, and does not say where it is: a new signature for it is the same object. */
export function placeOf(address: string): string {
  const { origin, pathname } = new URL(address);
  return createHash('sha256').update(`${origin}${pathname}`).digest('hex');
}

/** Azure's Blob Storage stores nothing without being told as what; at another store, a header that was not signed may be refused. */
export function headersFor(address: string): { [name: string]: string } {
  const { hostname, searchParams } = new URL(address);
  const isHost = /\.blob\.(core\.(windows|chinacloudapi|usgovcloudapi)\.(net|cn)|storage\.azure\.net)$/.test(
    hostname,
  );
  // A shared access signature, behind a name of its own.
  const isSigned = ['sv', 'sr', 'sig'].every((name) => searchParams.has(name));
  return isHost || isSigned ? { 'x-ms-blob-type': 'BlockBlob' } : {};
}
