/**
 * The walls between the rooms of `src/`: a room imports itself and the rooms before it, never one behind it.
 * Type-only imports count, because a type that leaks backwards drags its room along.
 */
import path from 'node:path';

export const ROOMS = [
  'notebook',
  'lint',
  'environment',
  'determinism',
  'agent',
  'agent-js',
  'kernel',
  'lineage',
  'git',
  'replay',
  'cluster',
  'exchange',
  'vscode',
  'cli',
];

/** The two front ends stand side by side: what both need belongs in a room before them. */
const SEPARATE = new Set(['vscode', 'cli']);

const ENTRIES = { 'extension.ts': 'vscode', 'cli.ts': 'cli' };

/** Package → the only room that may import it. */
const OWNERS = {
  vscode: 'vscode',
  '@kubernetes/client-node': 'cluster',
  '@jupyterlab/services': 'kernel',
  'simple-git': 'git',
};

/** @returns {string | undefined} the room of a file below `src`; an entry file counts as its front end. */
function roomOf(file, src) {
  const [first = '', ...rest] = path.relative(src, file).split(path.sep);
  if (first === '..') return undefined;
  if (rest.length > 0) return first;
  const name = first.endsWith('.ts') ? first : `${first}.ts`;
  return ENTRIES[name] ?? (ROOMS.includes(first) ? first : undefined);
}

function packageOf(specifier) {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

/** @returns {{ messageId: string, data: object } | undefined} what is wrong with importing `specifier` in `file`. */
function breach(file, src, specifier) {
  const from = roomOf(file, src);
  if (from === undefined) return undefined;
  if (!specifier.startsWith('.')) {
    const owner = OWNERS[packageOf(specifier)];
    return owner === undefined || owner === from
      ? undefined
      : { messageId: 'owned', data: { name: packageOf(specifier), owner, from } };
  }
  const to = roomOf(path.resolve(path.dirname(file), specifier), src);
  if (to === undefined || to === from) return undefined;
  if (!ROOMS.includes(from)) return { messageId: 'unknown', data: { room: from } };
  if (!ROOMS.includes(to)) return { messageId: 'unknown', data: { room: to } };
  if (SEPARATE.has(from) && SEPARATE.has(to)) return { messageId: 'separate', data: { from, to } };
  return ROOMS.indexOf(to) > ROOMS.indexOf(from) ? { messageId: 'backwards', data: { from, to } } : undefined;
}

/** @type {import('eslint').Rule.RuleModule} */
export const walls = {
  meta: {
    type: 'problem',
    docs: { description: 'Hold up the walls between the rooms of src/.' },
    schema: [
      {
        type: 'object',
        properties: { src: { type: 'string' } },
        required: ['src'],
        additionalProperties: false,
      },
    ],
    messages: {
      backwards:
        'src/{{from}} may not import src/{{to}}: a room imports only itself and the rooms before it.',
      separate:
        'src/{{from}} and src/{{to}} may not import each other: move what both need into a room before them.',
      owned: 'Only src/{{owner}} may import "{{name}}", not src/{{from}}.',
      unknown: 'src/{{room}} is not a room: add it to ROOMS in eslint/walls.mjs, in its place.',
    },
  },
  create(context) {
    const { src } = context.options[0];
    const check = (node) => {
      if (node?.type !== 'Literal' || typeof node.value !== 'string') return;
      const found = breach(context.filename, src, node.value);
      if (found) context.report({ node, ...found });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
      TSExternalModuleReference: (node) => check(node.expression),
      'CallExpression[callee.name="require"]': (node) => check(node.arguments[0]),
    };
  },
};
