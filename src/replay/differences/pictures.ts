/** Two pictures that differ, in words. */
import { PNG } from 'pngjs';

export function comparePictures(
  mime: string,
  before: Uint8Array | undefined,
  after: Uint8Array | undefined,
): string {
  if (before === undefined) return 'the picture is only in the replay';
  if (after === undefined) return 'the picture is only in the original';
  const [a, b] = mime === 'image/png' ? [decode(before), decode(after)] : [];
  if (a === undefined || b === undefined)
    return `the picture differs (${before.length} and ${after.length} bytes)`;
  if (a.width !== b.width || a.height !== b.height) {
    return `the picture's size ${a.width}×${a.height} became ${b.width}×${b.height}`;
  }
  const pixels = a.width * a.height;
  let count = 0;
  for (let i = 0; i < pixels; i++) {
    if (a.data.readUInt32BE(4 * i) !== b.data.readUInt32BE(4 * i)) count += 1;
  }
  return `${count} of ${pixels} pixels differ (${a.width}×${a.height})`;
}

function decode(bytes: Uint8Array): PNG | undefined {
  try {
    return PNG.sync.read(Buffer.from(bytes));
  } catch {
    return undefined;
  }
}
