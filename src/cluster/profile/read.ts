/** `reprise.yaml`: found, read and checked; what is wrong in it is said in words, with line and column. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Document, isMap, isNode, LineCounter, parseDocument } from 'yaml';
import { Failure } from '../../notebook/failure';
import { type Problem, problemsOf } from './problems';
import { nearest } from './nearest';
import type { Profile, Profiles } from './profile';

export const PROFILES_FILE = 'reprise.yaml';

export class ProfileError extends Failure {
  constructor(
    message: string,
    readonly problems: readonly PlacedProblem[] = [],
  ) {
    super('usage', 'bad-profile', message);
    this.name = 'ProfileError';
  }
}

/** 1-based, as editors count. */
export type PlacedProblem = { line: number; column: number; text: string };

/** The nearest `reprise.yaml` from a notebook's folder up to the root. */
export function findProfiles(notebookPath: string, root: string): string | undefined {
  const stop = path.resolve(root);
  for (let folder = path.dirname(path.resolve(notebookPath)); ; folder = path.dirname(folder)) {
    const file = path.join(folder, PROFILES_FILE);
    if (existsSync(file)) return file;
    if (folder === stop || path.dirname(folder) === folder) return undefined;
  }
}

/** @throws ProfileError */
export function loadProfiles(file: string): Profiles {
  return readProfiles(readFileSync(file, 'utf8'));
}

/** @throws ProfileError with every problem, in the order of the file. */
export function readProfiles(text: string): Profiles {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const syntax = document.errors.map(({ pos, message }) => ({ ...at(pos[0]), text: message }));
  if (syntax.length > 0) throw refusal(syntax);
  const value: unknown = document.toJS();
  const problems = problemsOf(value).map((problem) => ({
    ...at(offsetOf(document, problem)),
    text: problem.text,
  }));
  if (problems.length > 0) throw refusal(problems);
  return value as Profiles;
}

/**
 * The profile of that name; without a name the default one, else the first.
 * @throws ProfileError where there is none of that name
 */
export function chooseProfile({ default: first, profiles }: Profiles, name = first): Profile {
  const names = Object.keys(profiles);
  const wanted = name ?? names[0] ?? '';
  if (names.includes(wanted)) return profiles[wanted] as Profile;
  const meant = nearest(wanted, names);
  throw new ProfileError(
    `There is no profile ${wanted} in ${PROFILES_FILE}. Nothing was sent. ` +
      (meant === undefined ? `It has ${names.join(', ')}.` : `Did you mean ${meant}?`),
  );
}

function refusal(problems: PlacedProblem[]): ProfileError {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const lines = sorted.map(({ line, column, text }) => `  line ${line}, column ${column}: ${text}`);
  return new ProfileError(`${PROFILES_FILE} cannot be used. Nothing was sent.\n${lines.join('\n')}`, sorted);
}

/** Where the problem stands: a key that is too much at itself, a value at its start, what is absent at what should have it. */
function offsetOf(document: Document, { path: keys, atKey }: Problem): number {
  if (atKey) {
    const parent = document.getIn(keys.slice(0, -1), true);
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === keys.at(-1)) : undefined;
    if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
  }
  const node = document.getIn(keys, true);
  if (isNode(node) && node.range) return node.range[0];
  return keys.length === 0 ? 0 : offsetOf(document, { path: keys.slice(0, -1), atKey: false, text: '' });
}
