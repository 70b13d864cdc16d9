/** Reads a record while it is written: only what was added since the last time, and only whole lines. */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { parseLine, type RecordedLine } from './lines';

export type TailedLine = {
  line: RecordedLine;
  /** sha256 of its bytes. */
  digest: string;
};

const BLOCK = 1 << 20;
const NEWLINE = 10;

export class RecordTail {
  /** Where the first line begins that was not whole: a torn one may be cut off and written anew. */
  private offset = 0;
  private inode: number | undefined;

  constructor(readonly path: string) {}

  /**
   * @returns the lines added since; `restarted` when the file is another one, or shorter, than the one read before: then
   * they are all of its lines. A file that is not there has none.
   */
  async read(): Promise<{ lines: TailedLine[]; restarted: boolean }> {
    const had = this.offset > 0;
    let file: FileHandle;
    try {
      file = await open(this.path, 'r');
    } catch {
      this.offset = 0;
      return { lines: [], restarted: had };
    }
    try {
      const { size, ino } = await file.stat();
      const restarted = had && (size < this.offset || ino !== this.inode);
      if (restarted) this.offset = 0;
      this.inode = ino;
      return { lines: await this.readOn(file), restarted };
    } finally {
      await file.close();
    }
  }

  private async readOn(file: FileHandle): Promise<TailedLine[]> {
    const lines: TailedLine[] = [];
    const block = Buffer.allocUnsafe(BLOCK);
    let begun: Buffer[] = [];
    for (let position = this.offset; ;) {
      const { bytesRead } = await file.read(block, 0, BLOCK, position);
      if (bytesRead === 0) return lines;
      let start = 0;
      for (let end = newline(block, 0, bytesRead); end >= 0; end = newline(block, start, bytesRead)) {
        const whole = Buffer.concat([...begun, block.subarray(start, end)]);
        begun = [];
        start = end + 1;
        this.offset = position + start;
        const line = parseLine(whole.toString('utf8'));
        if (line !== undefined) lines.push({ line, digest: sha256(whole) });
      }
      // The block is read into again.
      if (start < bytesRead) begun.push(Buffer.from(block.subarray(start, bytesRead)));
      position += bytesRead;
    }
  }
}

function newline(block: Buffer, start: number, end: number): number {
  const found = block.indexOf(NEWLINE, start);
  return found >= 0 && found < end ? found : -1;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
