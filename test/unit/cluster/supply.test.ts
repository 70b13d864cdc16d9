/** How a bundle is brought to a pod over connections that break: by what the pod says that it has, and by nothing else. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../../src/cluster/errors';
import { bring, type Have, PIECE_BYTES, type Piece, readHave } from '../../../src/cluster/supply/bring';

const KIB = 1 << 10;
const MIB = 1 << 20;
const lost = () => new ApiError(0, 'exec', 'closed before it ended', 'pod');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'reprise-supply-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The far end of the commands: what a pod's agent does with a piece, and what a network does to the command. */
class FakePod {
  got: Buffer = Buffer.alloc(0);
  readonly pieces: number[] = [];
  asked = 0;

  constructor(
    readonly content: Buffer,
    /** What happens to the n-th piece, from 0. */
    private readonly fate: (
      n: number,
    ) => 'arrives' | 'is lost' | 'arrives unheard' | 'is damaged' | 'is ahead' = () => 'arrives',
  ) {}

  readonly receive = (piece?: Piece): Promise<Have> => {
    if (piece === undefined) {
      this.asked++;
      return Promise.resolve(this.state());
    }
    const fate = this.fate(this.pieces.length);
    this.pieces.push(piece.bytes.length);
    if (fate === 'is lost') return Promise.reject(lost());
    if (fate === 'is damaged') return Promise.resolve({ ...this.state(), refused: 'digest' });
    if (piece.offset <= this.got.length) {
      const rest = piece.bytes.subarray(this.got.length - piece.offset);
      this.got = Buffer.concat([this.got, rest]);
    }
    if (fate === 'arrives unheard') return Promise.reject(lost());
    return Promise.resolve(this.state());
  };

  state(): Have {
    return { wanting: this.got.length < this.content.length, have: this.got.length };
  }
}

async function brought(pod: FakePod, patienceMs = 5_000, onMissed?: () => Promise<void>) {
  const bundle = { path: path.join(folder, 'bundle.tar.gz'), size: pod.content.length };
  writeFileSync(bundle.path, pod.content);
  const told: number[] = [];
  const failed = await bring(
    bundle,
    pod.receive,
    { patienceMs, ...(onMissed ? { onMissed } : {}) },
    (bytes) => told.push(bytes),
  );
  return { failed, told };
}

describe('a bundle', () => {
  it.each([1, 64 * KIB, MIB - 1, MIB, MIB + 1, 11 * MIB + 5])('of %d bytes arrives whole', async (size) => {
    const pod = new FakePod(randomBytes(size));
    const { failed, told } = await brought(pod);
    expect(failed).toBeUndefined();
    expect(pod.got.equals(pod.content)).toBe(true);
    expect(Math.max(...pod.pieces)).toBeLessThanOrEqual(PIECE_BYTES);
    expect(pod.asked).toBe(1);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(size);
  });

  it.each(['is lost', 'arrives unheard', 'is damaged'] as const)(
    'arrives whole where every second piece %s',
    async (fate) => {
      const pod = new FakePod(randomBytes(3 * MIB), (n) => (n % 2 === 1 ? fate : 'arrives'));
      expect((await brought(pod)).failed).toBeUndefined();
      expect(sha256(pod.got)).toBe(sha256(pod.content));
      expect(pod.asked).toBe(1 + Math.floor(pod.pieces.length / 2));
    },
    20_000,
  );

  it('goes on behind what the pod has already', async () => {
    const pod = new FakePod(randomBytes(2 * MIB));
    pod.got = pod.content.subarray(0, 2 * MIB - 10);
    expect((await brought(pod)).failed).toBeUndefined();
    expect(pod.pieces).toEqual([10]);
    expect(pod.got.equals(pod.content)).toBe(true);
  });

  it('is not brought to a pod that wants nothing more', async () => {
    const pod = new FakePod(randomBytes(MIB));
    pod.got = pod.content;
    expect((await brought(pod)).failed).toBeUndefined();
    expect(pod.pieces).toEqual([]);
  });

  it('begins anew where the pod has lost what it had', async () => {
    const pod = new FakePod(randomBytes(3 * MIB), (n) => {
      if (n !== 1) return 'arrives';
      pod.got = Buffer.alloc(0);
      return 'is lost';
    });
    expect((await brought(pod)).failed).toBeUndefined();
    expect(pod.got.equals(pod.content)).toBe(true);
  });

  it('comes in smaller pieces over a connection that carries no large ones', async () => {
    const carried = 200 * KIB;
    const pod = new FakePod(randomBytes(MIB));
    const { receive } = pod;
    const narrow = Object.assign(pod, {
      receive: (piece?: Piece) =>
        piece && piece.bytes.length > carried ? Promise.reject(lost()) : receive(piece),
    });
    expect((await brought(narrow, 20_000)).failed).toBeUndefined();
    expect(pod.got.equals(pod.content)).toBe(true);
    expect(Math.max(...pod.pieces)).toBeLessThanOrEqual(carried);
  }, 40_000);

  it('is given up when nothing more arrives, with what the pod has', async () => {
    const pod = new FakePod(randomBytes(3 * MIB), (n) => (n < 1 ? 'arrives' : 'is lost'));
    const began = Date.now();
    const { failed } = await brought(pod, 1_000);
    expect(failed).toEqual({ why: 'closed before it ended', have: MIB });
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(pod.asked).toBeGreaterThan(1);
  });

  it('is given up where the pod takes and forgets without end', async () => {
    const pod = new FakePod(randomBytes(3 * MIB), (n) => {
      if (n % 2 === 0) return 'arrives';
      pod.got = Buffer.alloc(0);
      return 'is lost';
    });
    expect((await brought(pod, 1_000)).failed).toMatchObject({ have: MIB });
  });

  it('ends with its pod', async () => {
    const ended = new Error('the pod has ended');
    const pod = new FakePod(randomBytes(MIB), () => 'is lost');
    await expect(brought(pod, 5_000, () => Promise.reject(ended))).rejects.toBe(ended);
    expect(pod.pieces).toHaveLength(1);
  });

  it('that is no longer whole here is not brought', async () => {
    const pod = new FakePod(randomBytes(3 * MIB), () => {
      truncateSync(path.join(folder, 'bundle.tar.gz'), MIB);
      return 'arrives';
    });
    await expect(brought(pod)).rejects.toMatchObject({ reason: 'bundle-gone' });
  });
});

describe('what a pod answers', () => {
  it.each([
    ['{"wanting": true, "have": 5, "size": 10}', { wanting: true, have: 5 }],
    ['{"wanting": false, "have": 10, "size": 10}', { wanting: false, have: 10 }],
    ['{"wanting": true, "have": 0, "refused": "short\\u001b[2J"}', { wanting: true, have: 0, refused: 'short [2J' }],
  ] as const)('%s is taken', (said, have) => {
    expect(readHave(said, 10)).toEqual(have);
  }); // prettier-ignore

  it.each(['', '{"wanting": tr', 'Traceback'])('%j was cut off, and it is asked again', (said) => {
    expect(() => readHave(said, 10)).toThrow(ApiError);
  });

  it.each([
    'null',
    '[]',
    '{"wanting": 1, "have": 5}',
    '{"wanting": true, "have": -1}',
    '{"wanting": true, "have": 0.5}',
    '{"wanting": true, "have": 1e300}',
    '{"wanting": true, "have": "5"}',
    '{"wanting": true, "have": 10}',
    '{"wanting": true, "have": 11}',
  ])('%s is no answer of ours', (said) => {
    expect(() => readHave(said, 10)).toThrow(expect.objectContaining({ reason: 'not-brought' }) as Error);
  });
});

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
