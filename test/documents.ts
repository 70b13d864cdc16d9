/** JSON documents of the commands, against their committed schemas. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv from 'ajv';
import { expect } from 'vitest';

const SCHEMAS = path.resolve(__dirname, '../docs/schemas');

/** The one document on stdout, which holds nothing else, checked against its schema where one is named. */
export function document<T>({ stdout, stderr }: { stdout: string; stderr: string }, name?: string): T {
  expect(stdout, stderr).toMatch(/^\{\n/);
  const parsed = JSON.parse(stdout) as T;
  if (name !== undefined) expectToFit(name, parsed);
  return parsed;
}

/** @param name of a schema, such as `verdict-1` */
export function expectToFit(name: string, value: unknown): void {
  const schema = JSON.parse(readFileSync(path.join(SCHEMAS, `${name}.schema.json`), 'utf8')) as object;
  const validate = new Ajv({ allErrors: true }).compile(schema);
  validate(value);
  expect(validate.errors).toBeNull();
}
