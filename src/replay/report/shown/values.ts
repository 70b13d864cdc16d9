/** Two JSON values, such as a figure of plotly or a vega specification: the paths below which they differ. */
import type { Json } from '../../../notebook/digest';
import type { ReportPath } from '../report';
import { relativeOf } from './relative';

const SHOWN = 60;
const LONGEST = 200;
const DEEPEST = 60;

/** At most 60 paths, in the order of the original, and how many there are beyond. */
export function differingPaths(original: Json, replay: Json): { paths: ReportPath[]; more: number } {
  const found: ReportPath[] = [];
  let count = 0;
  const differ = (path: string, was: Json | undefined, is: Json | undefined): void => {
    count += 1;
    if (found.length < SHOWN) found.push(pathOf(path, was, is));
  };
  const walk = (path: string, was: Json | undefined, is: Json | undefined, depth: number): void => {
    if (was === is) return;
    if (!isTree(was) || !isTree(is) || Array.isArray(was) !== Array.isArray(is) || depth > DEEPEST) {
      if (JSON.stringify(was) !== JSON.stringify(is)) differ(path, was, is);
      return;
    }
    if (Array.isArray(was) && Array.isArray(is)) {
      if (was.length !== is.length) differ(`${path}.length`, was.length, is.length);
      const common = Math.min(was.length, is.length);
      for (let i = 0; i < common; i++) walk(`${path}[${i}]`, was[i], is[i], depth + 1);
      return;
    }
    const [a, b] = [was as { [key: string]: Json }, is as { [key: string]: Json }];
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const step = /^[A-Za-z_$][\w$]*$/.test(key)
        ? `${path === '' ? '' : '.'}${key}`
        : `[${JSON.stringify(key)}]`;
      walk(
        path + step,
        Object.hasOwn(a, key) ? a[key] : undefined,
        Object.hasOwn(b, key) ? b[key] : undefined,
        depth + 1,
      );
    }
  };
  walk('', original, replay, 0);
  return { paths: found, more: count - found.length };
}

function isTree(value: Json | undefined): value is Json[] | { [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}

function pathOf(path: string, was: Json | undefined, is: Json | undefined): ReportPath {
  const relative =
    typeof was === 'number' && typeof is === 'number' ? relativeOf(String(was), String(is)) : undefined;
  return {
    path: clip(path === '' ? 'the whole' : path),
    ...(was === undefined ? {} : { original: clip(JSON.stringify(was)) }),
    ...(is === undefined ? {} : { replay: clip(JSON.stringify(is)) }),
    ...(relative === undefined ? {} : { relative }),
  };
}

function clip(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
