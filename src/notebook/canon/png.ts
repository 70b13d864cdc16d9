import { PNG } from 'pngjs';
import { sha256 } from '../digest';

export type Pixels = { width: number; height: number; depth: 8 | 16; pixels: string };

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MAX_PIXELS = 100_000_000;

/**
 * Size and sha256 of the RGBA pixels of a base64 PNG, so that another encoder's bytes compare as equal. Undefined where
 * that would pass over content: not decodable, animated, bytes after the end; and above 100 megapixels.
 */
export function pngPixels(base64: string): Pixels | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const header = plainHeader(bytes);
  if (!header || header.width * header.height > MAX_PIXELS) return undefined;
  try {
    const { width, height, data } = PNG.sync.read(bytes, { skipRescale: header.depth === 16 });
    const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { width, height, depth: header.depth, pixels: sha256(view) };
  } catch {
    return undefined;
  }
}

/** Size and depth where the chunks are those of a still image that ends with its IEND chunk. */
function plainHeader(bytes: Buffer): { width: number; height: number; depth: 8 | 16 } | undefined {
  if (bytes.length < 33 || !bytes.subarray(0, 8).equals(SIGNATURE)) return undefined;
  let at = 8;
  while (at + 12 <= bytes.length) {
    const kind = bytes.toString('latin1', at + 4, at + 8);
    if (kind === 'acTL') return undefined;
    at += 12 + bytes.readUInt32BE(at);
    if (kind !== 'IEND') continue;
    if (at !== bytes.length) return undefined;
    return {
      width: bytes.readUInt32BE(16),
      height: bytes.readUInt32BE(20),
      depth: bytes[24] === 16 ? 16 : 8,
    };
  }
  return undefined;
}
