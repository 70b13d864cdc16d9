/** Keyed streams, derived as in `reprise_agent/streams.py`; and the generator that reads one out. */
import type * as crypto from 'node:crypto';
import { loadNow } from './modules';

const WARM_UP = 12;
const TWO_TO_53 = 2 ** 53;

export class Streams {
  private key: Buffer | undefined;

  constructor(private readonly seed: string) {}

  /** The first 32 bytes of the stream named by `parts`. */
  bytes(...parts: (string | number)[]): Buffer {
    // Loading it is a third of what the agent takes to start.
    const { createHash, createHmac } = loadNow<typeof crypto>('crypto');
    this.key ??= createHash('sha256').update(`reprise/entropy/1\0${this.seed}`).digest();
    const name = ['reprise/stream/1', ...parts].join('\0');
    const stream = createHmac('sha256', this.key).update(name).digest();
    return createHash('sha256').update(stream).update(Buffer.alloc(8)).digest();
  }
}

/**
 * sfc32 (Chris Doty-Humphrey, PractRand 0.93): 128 bits of state, and the same numbers on every JavaScript engine, which
 * `node --random-seed` does not give. Its words can be read and put back.
 */
export class Generator {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;

  constructor(start: Buffer) {
    this.start(start);
  }

  /** Begins again from the first 16 bytes of a stream. */
  start(bytes: Buffer): void {
    this.words = [0, 4, 8, 12].map((offset) => bytes.readInt32LE(offset));
    for (let round = 0; round < WARM_UP; round++) this.next();
  }

  get words(): number[] {
    return [this.a, this.b, this.c, this.d];
  }

  set words([a = 0, b = 0, c = 0, d = 0]: number[]) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
  }

  /** An unsigned integer below 2³². */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** In [0, 1), with all 53 bits. */
  real(): number {
    return (this.next() * 2_097_152 + (this.next() >>> 11)) / TWO_TO_53;
  }
}
