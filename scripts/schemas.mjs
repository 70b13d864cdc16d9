/**
 * Writes `docs/schemas/*.schema.json`, the JSON Schemas of the stable documents, from their TypeScript types.
 * `--check` writes nothing and fails where a committed one is out of date.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'prettier';
import { createGenerator } from 'ts-json-schema-generator';
import { root } from './lib/checkout.mjs';
import { Failure, runScript, say } from './lib/steps.mjs';

const DOCUMENTS = [
  { schema: 'reprise/run/1', file: 'src/replay/documents.ts', type: 'Run' },
  { schema: 'reprise/verdict/1', file: 'src/replay/documents.ts', type: 'Judgement' },
  { schema: 'reprise/verdicts/1', file: 'src/replay/documents.ts', type: 'Judgements' },
  { schema: 'reprise/lint/1', file: 'src/lint/finding.ts', type: 'Lint' },
  { schema: 'reprise/record/1', file: 'src/lineage/record.ts', type: 'RecordLine', title: 'a line of it' },
  { schema: 'reprise/notebook/1', file: 'src/notebook/sidecar.ts', type: 'Sidecar' },
  { schema: 'reprise/profiles/1', file: 'src/cluster/profile/profile.ts', type: 'Profiles' },
];

await runScript(async () => {
  const stale = [];
  for (const document of DOCUMENTS) {
    const target = path.join(root, 'docs', 'schemas', `${fileName(document.schema)}.schema.json`);
    const text = await schemaText(document);
    if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
    stale.push(path.relative(root, target));
    if (process.argv.includes('--check')) continue;
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  if (!process.argv.includes('--check'))
    return say(stale.length > 0 ? `Wrote ${stale.join(', ')}` : 'Up to date');
  if (stale.length > 0)
    throw new Failure(`Out of date: ${stale.join(', ')}. Write them: node scripts/schemas.mjs`);
});

/** `reprise/run/1` is kept in `run-1.schema.json`. */
function fileName(schema) {
  return schema.split('/').slice(1).join('-');
}

async function schemaText({ schema, file, type, title }) {
  const generator = createGenerator({
    path: path.join(root, file),
    tsconfig: path.join(root, 'tsconfig.json'),
    type,
    topRef: false,
    skipTypeCheck: true,
    sortProps: false,
  });
  const { $schema, ...rest } = generator.createSchema(type);
  const described = { $schema, title: title === undefined ? schema : `${schema}: ${title}`, ...rest };
  return format(JSON.stringify(described), { parser: 'json', printWidth: 110 });
}
