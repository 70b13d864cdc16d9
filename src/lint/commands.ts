/** What a notebook does by magics and shell lines: installs, downloads, variables of the environment. */
import { filesIn, unpinnedIn, unpinnedLines } from './installs';
import type { Judged } from './judged';
import type { LintOptions } from './lint';
import type { Magic } from './python/magics';
import { MUTABLE, SHELL_DRAWS } from './rules/environment';

export function inCommands(
  cell: number,
  source: string,
  magics: readonly Magic[],
  { read }: Pick<LintOptions, 'read'>,
): Judged[] {
  return magics.flatMap(({ from, to }): Judged[] => {
    // A cell of a shell; lines of one in Python are magics of their own.
    const isShell = /^%%(bash|sh|script|system)\b|^%%!/.test(source.slice(from));
    const text = isShell ? source.slice(from) : source.slice(from, to).trimEnd();
    const at = (word: string): Pick<Judged, 'cell' | 'range'> => {
      const begin = source.indexOf(word, from);
      return { cell, range: { from: begin, to: begin + word.length } };
    };
    return [...installs(text, at, read), ...downloads(text, at), ...late(text, at), ...draws(text, at)];
  });
}

type Place = (word: string) => Pick<Judged, 'cell' | 'range'>;

function installs(text: string, at: Place, read: LintOptions['read']): Judged[] {
  if (!/install/.test(text)) return [];
  const rule = { rule: 'env-unpinned-install', verdict: 'volatile' } as const;
  const files = filesIn(text).flatMap((name): Judged[] => {
    const open = unpinnedLines(read?.(name) ?? '');
    const because = `(${open.slice(0, 3).join(', ')}${open.length > 3 ? ', …' : ''})`;
    return open.length === 0 ? [] : [{ ...rule, ...at(name), because }];
  });
  return [...unpinnedIn(text).map((name) => ({ ...rule, ...at(name) })), ...files];
}

/** `!wget` and `!curl` of what can change, `!git clone` without a commit. */
function downloads(text: string, at: Place): Judged[] {
  const isPinned = /\bgit\b.*\b(checkout|reset)\b.*\b[0-9a-f]{7,40}\b|\bsha256sum\b/.test(text);
  if (isPinned) return [];
  return [
    ...text.matchAll(/\b(?:wget|curl|git\s+clone)\b[^\n;&|]*?((?:https?|ftp|git):\/\/[^\s'"]+)/g),
  ].flatMap(([, url]) =>
    MUTABLE.test(url!.replace(/^git:/, 'https:'))
      ? [{ rule: 'data-url', verdict: 'volatile', ...at(url!) }]
      : [],
  );
}

/** `%env PYTHONHASHSEED=0`: for processes that are started from here, and not for this one. */
function late(text: string, at: Place): Judged[] {
  const [command] = /%(?:set_)?env\s+PYTHONHASHSEED\b.*/.exec(text) ?? [];
  return command === undefined
    ? []
    : [{ rule: 'py-hashseed-late', verdict: 'too-late', ...at(command.trimEnd()) }];
}

/** `!shuf -n 100 rows.csv`: the operating system says which. */
function draws(text: string, at: Place): Judged[] {
  const command = SHELL_DRAWS.exec(text)?.[0].trim();
  return command === undefined ? [] : [{ rule: 'sh-random', verdict: 'unseeded', ...at(command) }];
}
