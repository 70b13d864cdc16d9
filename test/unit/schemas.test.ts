import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { expect, it } from 'vitest';
import { readSidecar } from '../../src/notebook/sidecar';

const root = path.resolve(__dirname, '../..');
const folder = path.join(root, 'docs', 'schemas');

function schema(name: string): object {
  return JSON.parse(readFileSync(path.join(folder, `${name}.schema.json`), 'utf8')) as object;
}

it('keeps the JSON Schemas of the stable documents up to date with their types', { timeout: 60_000 }, () => {
  execFileSync(process.execPath, ['scripts/schemas.mjs', '--check'], { cwd: root, stdio: 'pipe' });
});

it('describes each of them in JSON Schema that a validator takes', () => {
  const names = readdirSync(folder).map((file) => file.replace('.schema.json', ''));
  expect(names.sort()).toEqual([
    'lint-1',
    'notebook-1',
    'profiles-1',
    'record-1',
    'run-1',
    'verdict-1',
    'verdicts-1',
  ]);
  for (const name of names) expect(() => new Ajv({ allErrors: true }).compile(schema(name))).not.toThrow();
});

it('takes a sidecar with fields of later versions, and refuses one without a policy', () => {
  const validate = new Ajv().compile(schema('notebook-1'));
  const sidecar = readSidecar(
    '{"schema":"reprise/notebook/1","settings":{"seed":7,"later":1,"tolerance":{"rtol":0,"atol":1e-9}},"later":{}}',
  );
  expect(validate(sidecar)).toBe(true);
  expect(validate({ schema: 'reprise/notebook/1', settings: { seed: 'fresh' } })).toBe(false);
});
