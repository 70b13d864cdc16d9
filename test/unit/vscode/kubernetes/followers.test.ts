/** Following runs in clusters: one `reprise attach` a run, whoever looks at it. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CommandLine, type Ended } from '../../../../src/vscode/commandLine';
import { Followers, liveAfter, type Live } from '../../../../src/vscode/kubernetes/followers';
import { liveWords } from '../../../../src/vscode/kubernetes/sending';
import { temporaryFolder } from '../../lineage/build';
import { RUN } from './sent';

/** Ends as soon as `go` lies in its folder, or when it is interrupted; writes down that it began. */
const UNTIL_GO = `
  const fs = require('node:fs');
  fs.appendFileSync('begun', args.join(' ') + '\\n');
  process.on('SIGINT', () => process.exit(130));
  setInterval(() => fs.existsSync('go') && process.exit(0), 10);
`;
const CELLS = `
  event({ event: 'notice', notice: 'No node has a free GPU.' });
  event({ event: 'cell-start', index: 4, number: 2, of: 3 });
`;

class Following {
  readonly root = temporaryFolder();
  readonly ref = { root: this.root, run: RUN };
  readonly ends: [string, number][] = [];
  readonly lines: string[] = [];
  changes = 0;
  onEnd = (): Promise<void> => Promise.resolve();
  readonly followers: Followers;

  constructor(script: string) {
    const program = path.join(this.root, 'cli.cjs');
    const event = 'const event = (event) => console.error(JSON.stringify(event));';
    writeFileSync(program, `const args = process.argv.slice(2, -4);\n${event}\n${script}`);
    const say = (line: string): void => void this.lines.push(line);
    this.followers = new Followers({
      commandLine: new CommandLine(program),
      log: { info: say, warn: say, error: say, show: () => undefined },
      onChange: () => (this.changes += 1),
      onEnd: ({ run }, { code }: Ended) => {
        this.ends.push([run, code]);
        return this.onEnd();
      },
    });
  }

  go(): void {
    writeFileSync(path.join(this.root, 'go'), '');
  }

  /** Resolves once what is known of the run is as it is asked for. */
  seen(fits: (live: Live) => boolean): { watch: (live: Live) => void; done: Promise<void> } {
    let resolve = (): void => undefined;
    const done = new Promise<void>((seen) => (resolve = seen));
    return { watch: (live) => fits(live) && resolve(), done };
  }
}

it('has one attach for all who look, tells each from the start, and the end once', async () => {
  const following = new Following(CELLS + UNTIL_GO);
  const { followers, ref } = following;
  const first: string[] = [];
  const { watch, done } = following.seen(({ cell }) => cell !== undefined);
  const ended = followers.follow(ref, (live) => {
    first.push(liveWords(live));
    watch(live);
  });
  await done;
  const second: string[] = [];
  const same = followers.follow(ref, (live) => void second.push(liveWords(live)));
  const unwatched = followers.follow(ref);
  expect(followers.liveOf(ref)).toEqual({ cell: { index: 4, number: 2, of: 3 } });
  following.go();
  await Promise.all([ended, same, unwatched]);
  expect(first).toEqual(['waiting for the cluster …', 'No node has a free GPU.', 'cell 4 (2 of 3)']);
  expect(second).toEqual(['cell 4 (2 of 3)']);
  expect(following.ends).toEqual([[RUN, 0]]);
  expect(followers.liveOf(ref)).toBeUndefined();
  expect(following.lines).toEqual([`reprise attach ${RUN}`, `${RUN}: No node has a free GPU.`]);
  // It began, waited, computed, and is gone.
  expect(following.changes).toBe(4);
});

it('tells no end of what is left, which goes on in the cluster', async () => {
  const following = new Following(CELLS + UNTIL_GO);
  const { followers, ref } = following;
  const { watch, done } = following.seen(({ cell }) => cell !== undefined);
  const ended = followers.follow(ref, watch);
  await done;
  await followers.leave(ref);
  await ended;
  expect(following.ends).toEqual([]);
  expect(followers.liveOf(ref)).toBeUndefined();
  // And what is left twice, or was never followed, is no trouble.
  await followers.leave(ref);
});

it('follows again what it left', async () => {
  const following = new Following(UNTIL_GO);
  const { followers, ref } = following;
  const left = followers.follow(ref);
  await followers.leave(ref);
  await left;
  following.go();
  await followers.follow(ref);
  expect(following.ends).toEqual([[RUN, 0]]);
});

it('keeps runs of two roots with the same id apart', async () => {
  const following = new Following(UNTIL_GO);
  const { followers, ref } = following;
  const other = { root: temporaryFolder(), run: RUN };
  following.go();
  writeFileSync(path.join(other.root, 'go'), '');
  await Promise.all([followers.follow(ref), followers.follow(other)]);
  expect(following.ends).toHaveLength(2);
});

it('follows no longer what could not be attached to, and says so to who asked', async () => {
  const following = new Following('');
  const ref = { root: following.root, run: 'a\0b' };
  await expect(following.followers.follow(ref)).rejects.toThrow(/null bytes/);
  expect(following.followers.liveOf(ref)).toBeUndefined();
  expect(following.ends).toEqual([]);
});

it('lets who asked know where the end could not be told', async () => {
  const following = new Following('process.exitCode = 5;');
  following.onEnd = () => Promise.reject(new Error('The window is gone.'));
  await expect(following.followers.follow(following.ref)).rejects.toThrow('The window is gone.');
  expect(following.ends).toEqual([[RUN, 5]]);
});

it('knows of a run what its events say, the last cell also after it has ended', () => {
  const cell = { index: 4, number: 2, of: 3 };
  const started = liveAfter({ notice: 'a' }, { event: 'cell-start', n: 1, id: 'a4', ...cell });
  expect(started).toEqual({ cell });
  const end = { event: 'cell-end', n: 2, id: 'a4', index: 4, status: 'ok', durationMs: 1 } as const;
  const ended = liveAfter(started, end);
  expect(ended).toEqual({ cell });
  expect(liveAfter(ended, { event: 'notice', notice: 'b' })).toEqual({ cell, notice: 'b' });
});
