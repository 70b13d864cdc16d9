/** Packages and globals by the names that rules use, and addresses of packages. */
import { TYPES, VARIES } from '../rules/tfjs';

/** What is there without an import; `tf` and `seedrandom` where a page has loaded them. */
const GLOBALS = new Set(
  'BigInt Date Math Number String crypto global globalThis parseFloat parseInt performance process require seedrandom self tf window'.split(
    ' ',
  ),
);
/** They give what they are given in another form. */
const CASTS = /^(Math\.\w+|BigInt|Number|String|parseFloat|parseInt)$/;

const PACKAGES: [pattern: RegExp, name: string][] = [
  [/^@tensorflow\/tfjs-data$/, 'tf.data'],
  [/^@tensorflow\/tfjs(-node|-node-gpu|-core|-layers)?$/, 'tf'],
  [/^(perf_hooks|globalThis)$/, 'globalThis'],
];

const HOSTS =
  /https?:\/\/(?:cdn\.jsdelivr\.net\/npm|unpkg\.com|esm\.sh|esm\.run|cdn\.skypack\.dev|ga\.jspm\.io\/npm:)\/?/;
const SCHEMES = /(?:npm|jsr):\/?/;
const NAME = /((?:@[\w.-]+\/)?[\w.-]+)(@[^\s"'`/?#<>)]*)?/;
const HOSTED = new RegExp(HOSTS.source + NAME.source, 'g');
const IMPORTED = new RegExp(`^(?:${HOSTS.source}|${SCHEMES.source}|node:)?${NAME.source}`);
const EXACT = /^@v?\d+\.\d+\.\d+/;

/** The package that an import names: `@tensorflow/tfjs` of `npm:@tensorflow/tfjs@4.22.0`. */
export function packageOf(specifier: string): string {
  return /^\.{0,2}\//.test(specifier) ? specifier : (IMPORTED.exec(specifier)?.[1] ?? specifier);
}

/** The name that rules use for a package; undefined for a file of the notebook's own. */
export function moduleNamed(specifier: string): string | undefined {
  if (/^\.{0,2}\//.test(specifier)) return undefined;
  const name = packageOf(specifier);
  return PACKAGES.find(([pattern]) => pattern.test(name))?.[1] ?? name;
}

/** Whether an import names a package at a server, and not which of its versions. */
export function isUnpinned(specifier: string): boolean {
  const isRemote = new RegExp(`^(${HOSTS.source}|${SCHEMES.source})`).test(specifier);
  return isRemote && !isExact(IMPORTED.exec(specifier)?.[2]);
}

/** Addresses of packages in a text that do not say which version. */
export function unpinnedIn(text: string): { from: number; to: number }[] {
  return [...text.matchAll(HOSTED)].flatMap((found) => {
    const rest = /^[^\s"'`<>)\\]*/.exec(text.slice(found.index + found[0].length))![0];
    const to = found.index + found[0].length + rest.length;
    return isExact(found[2]) ? [] : [{ from: found.index, to }];
  });
}

/** A version that is put in by the program is its author's to pin. */
function isExact(version: string | undefined): boolean {
  return version !== undefined && (EXACT.test(version) || version.includes('$'));
}

export const NAMES = {
  isGlobal: (name: string): boolean => GLOBALS.has(name),
  canonical(path: string, isNew = false): string {
    const plain = path
      .replace(/^((globalThis|global|self|window)\.)+/, '')
      .replace(/\.default\b/g, '')
      .replace(/^crypto\.webcrypto\./, 'crypto.');
    // With `new` it makes a generator; without, it replaces the one of `Math.random`.
    return isNew && plain === 'Math.seedrandom' ? 'seedrandom' : plain;
  },
  typeOf: (api: string): string => TYPES[api] ?? api,
  varies: (api: string): boolean => VARIES.has(api),
  isCast: (api: string): boolean => CASTS.test(api) && !VARIES.has(api),
};
