/** Lines of a cell's text: without comments, and those that give a name to a function, a class or an import. */

export type Line = { text: string; line: number };

/** What may be a string's is no comment: what stands behind it may be asked for. Lines from 1. */
export function withoutComments(source: string): Line[] {
  return source
    .split('\n')
    .map((text, i) => ({ text: text.replace(/^\s*(?:#|\/\/).*|\s#\s[^"'`]*$/, ''), line: i + 1 }));
}

/** What a name stands for after this text: the body of a function or class, or an import; nothing of a value. */
export function definitionOf(name: string, source: string): Line[] {
  const lines = withoutComments(source);
  const at = lines.findLastIndex(({ text }) => definedBy(text) === name);
  if (at >= 0) {
    const body = lines.slice(at + 1);
    const end = body.findIndex(({ text }) => /^\S/.test(text) && !/^[)\]}]/.test(text));
    return [lines[at]!, ...body.slice(0, end < 0 ? body.length : end)];
  }
  return lines.flatMap(({ text, line }) =>
    importsOf(text, name).map((imported) => ({ text: imported, line })),
  );
}

function definedBy(text: string): string | undefined {
  return /^(?:async\s+)?(?:def|class|function\*?)\s+(\w+)|^(\w+)\s*=\s*lambda\b/
    .exec(text)
    ?.slice(1)
    .find(Boolean);
}

/** Of `import a, b as c` the part that names `c`; other names of one statement say nothing of this one. */
function importsOf(text: string, name: string): string[] {
  const found = /^\s*(from\s+\S+\s+)?import\s+(.+)$/.exec(text);
  if (found === null) return [];
  const [, from = '', clauses = ''] = found;
  return clauses
    .replace(/[()]/g, '')
    .split(',')
    .map((clause) => clause.trim())
    .filter((clause) => (/\bas\s+(\w+)$/.exec(clause)?.[1] ?? clause.split('.')[0]) === name)
    .map((clause) => `${from}import ${clause}`);
}
