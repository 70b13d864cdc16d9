/** `# reprise: ignore` and `# reprise: ignore[rule, rule]`, `//` in JavaScript, at the end of a line or on a line of its own above it. */
import type { Range } from './python/ast';

const COMMENT = /(?:#|\/\/)\s*reprise:\s*ignore(?:\[([^\]]*)\])?/;

export function isIgnored(source: string, { from, to }: Range, rule: string): boolean {
  const begin = source.lastIndexOf('\n', from - 1) + 1;
  const end = source.indexOf('\n', to);
  const own = source.slice(begin, end < 0 ? source.length : end).split('\n');
  const above = source.slice(source.lastIndexOf('\n', begin - 2) + 1, begin);
  const lines = /^\s*(#|\/\/)/.test(above) ? [...own, above] : own;
  return lines.some((line) => {
    const found = COMMENT.exec(line);
    return (
      found !== null && (found[1] === undefined || found[1].split(',').some((name) => name.trim() === rule))
    );
  });
}
