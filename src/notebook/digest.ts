import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** sha256 in lower-case hex; a string is taken as UTF-8. */
export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The digest by which cell sources are named and compared: sha256 of their UTF-8 bytes. */
export function cellDigest(source: string): string {
  return sha256(wellFormedText(source));
}

/**
 * RFC 8785 (JSON Canonicalization Scheme). Lone surrogates, in keys too, become U+FFFD first.
 * @throws Error for NaN and infinities (`JSON.parse('1e400')` is one), which JSON cannot say.
 */
export function canonicalJson(value: Json): string {
  return canonicalize(wellFormed(value)) as string;
}

function wellFormed(value: Json): Json {
  if (typeof value === 'string') return wellFormedText(value);
  if (Array.isArray(value)) return value.map(wellFormed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [wellFormedText(key), wellFormed(item)]),
  );
}

function wellFormedText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}
