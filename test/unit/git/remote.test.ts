import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withoutCredentials } from '../../../src/git/remote';

const file = new URL('../../vectors/remotes.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: { url: string; says: string }[] };

describe('the address of a remote', () => {
  it.each(vectors)('$url is recorded as $says', ({ url, says }) => {
    expect(withoutCredentials(url)).toBe(says);
    expect(withoutCredentials(url)).not.toMatch(/SEC|RET|somebody/);
  });
});
