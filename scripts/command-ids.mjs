/**
 * Writes `src/vscode/commands/ids.ts`, the ids of the commands that `package.json` contributes, so that a command cannot
 * be misspelt. `--check` writes nothing and fails where the committed one is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { root } from './lib/checkout.mjs';
import { Failure, runScript, say } from './lib/steps.mjs';

const target = path.join(root, 'src', 'vscode', 'commands', 'ids.ts');

await runScript(async () => {
  const text = await idsText();
  if (readText(target) === text) return say('Up to date');
  if (process.argv.includes('--check'))
    throw new Failure('src/vscode/commands/ids.ts is out of date. Write it: node scripts/command-ids.mjs');
  writeFileSync(target, text);
  say('Wrote src/vscode/commands/ids.ts');
});

async function idsText() {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const ids = manifest.contributes.commands.map(({ command }) => command).sort();
  const source = `// Written by scripts/command-ids.mjs from package.json.
    export const COMMAND_IDS = ${JSON.stringify(ids)} as const;

    export type CommandId = (typeof COMMAND_IDS)[number];`;
  const config = JSON.parse(readFileSync(path.join(root, '.prettierrc'), 'utf8'));
  return format(source, { ...config, parser: 'typescript' });
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
