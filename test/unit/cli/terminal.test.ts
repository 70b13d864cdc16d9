import { Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { harmless, Terminal } from '../../../src/cli/terminal';

const ESC = '\x1b';

function terminal(isTTY: boolean, format: 'text' | 'json' = 'text') {
  const said: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      said.push(String(chunk));
      done();
    },
  }) as NodeJS.WriteStream;
  stream.isTTY = isTTY;
  return { made: new Terminal(format, 'text', {}, stream, stream), said };
}

describe('what a terminal is given', () => {
  it('is the text with our colours, and nothing else that it would act upon', () => {
    vi.stubEnv('NO_COLOR', '');
    const { made, said } = terminal(true);
    vi.unstubAllEnvs();
    made.say(made.bold(`a${ESC}[2Jb${ESC}]0;title\x07c\x9b31md\u202ee`));
    expect(said.join('')).toBe(`${ESC}[1mab\ufffd]0;title\ufffdc\ufffd31md\ufffde${ESC}[0m\n`);
  });

  it('has no colour at all where nobody watches', () => {
    const { made, said } = terminal(false);
    made.warn(`a${ESC}[31mb${ESC}[0m\tc\nd\re`);
    expect(said.join('')).toBe('ab\tc\nd e\n');
  });

  it('is one line where it is to be one', () => {
    const { made, said } = terminal(false);
    made.line('20260101-000000-aaaaaa  a\n  Removed 9 runs\u2028.csv');
    expect(said).toEqual(['20260101-000000-aaaaaa  a Removed 9 runs .csv\n']);
  });

  it('is JSON that says the same', () => {
    const { made, said } = terminal(true, 'json');
    made.document({ name: `${ESC}\x9b31m` });
    expect(said.join('')).toContain('"\\u001b\\u009b31m"');
    expect(JSON.parse(said.join(''))).toEqual({ name: `${ESC}\x9b31m` });
  });

  it('keeps whatever people write in', () => {
    const text = 'é 中文 👩‍🔬 عربي\n\tε = 1';
    expect(harmless(text)).toBe(text);
  });
});
