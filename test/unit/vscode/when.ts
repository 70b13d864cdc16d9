/** Reads VS Code's `when` clauses as far as the manifest uses them: `&&`, `||`, `!`, `==`, `!=`, parentheses, `true`. */
const TOKEN = /\s*(&&|\|\||==|!=|!|\(|\)|'[^']*'|[\w.:-]+)/y;

/** @returns the context keys that it names @throws Error where it cannot be read */
export function keysIn(clause: string): string[] {
  const tokens = split(clause);
  const keys: string[] = [];
  const next = (): string | undefined => tokens[0];

  const expression = (): void => {
    operand();
    while (next() === '&&' || next() === '||') {
      tokens.shift();
      operand();
    }
  };
  const operand = (): void => {
    const token = tokens.shift();
    if (token === '!') return operand();
    if (token === '(') {
      expression();
      if (tokens.shift() !== ')') throw new Error(`A parenthesis is open in: ${clause}`);
      return;
    }
    if (token === undefined || !/^[a-zA-Z]/.test(token)) throw new Error(`A key is missing in: ${clause}`);
    if (token !== 'true') keys.push(token);
    if (next() !== '==' && next() !== '!=') return;
    tokens.shift();
    if (!/^'[^']+'$/.test(tokens.shift() ?? '')) throw new Error(`A quoted value is missing in: ${clause}`);
  };

  expression();
  if (tokens.length > 0) throw new Error(`"${tokens.join(' ')}" is too much in: ${clause}`);
  return keys;
}

function split(clause: string): string[] {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < clause.length;) {
    const found = TOKEN.exec(clause);
    if (found === null) throw new Error(`This cannot be read: ${clause}`);
    tokens.push(found[1]!);
  }
  return tokens;
}
