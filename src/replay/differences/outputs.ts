/** What differs between two lists of outputs, in words, as a short diff, and as pictures. */
import { diffArrays } from 'diff';
import type { Json } from '../../notebook/digest';
import { rawForm, type Output, type RawOutput } from '../../notebook/output';
import { canonicalize, type Canonical, type CanonContext } from '../../notebook/canon';
import type { Difference } from '../documents';
import { comparePictures } from './pictures';
import { summarizeText, unifiedDiff } from './texts';

export type OutputDifference = Difference & {
  /** Unified diff of a text, at most 40 lines. */
  diff?: string;
  /** Bytes for the caller to write to files. */
  pictures?: { extension: string; before?: Uint8Array; after?: Uint8Array };
  /** What both sides hold, masked as it was compared. */
  values?: { before: Json; after: Json };
};

type Masked = Canonical['outputs'][number];
type Item = { raw: RawOutput; masked: Masked };

/**
 * Differences of outputs in order; what canon/1 masks is left out. Empty where nothing but layout differs.
 * @throws Error where a JSON output holds an infinite number
 */
export function outputDifferences(
  before: readonly Output[],
  after: readonly Output[],
  contexts: { before?: CanonContext; after?: CanonContext } = {},
): OutputDifference[] {
  const [a, b] = [items(before, contexts.before), items(after, contexts.after)];
  return align(a, b).flatMap(([old, present], position) => {
    if (old === undefined || present === undefined) return [oneSided(old, present, position)];
    return JSON.stringify(old.masked) === JSON.stringify(present.masked)
      ? []
      : between(old, present, position);
  });
}

const DIFF_LINES_KEPT = 10;

/** What a judgement keeps: the sentence, and below it the first lines of the diff. */
export function asDifference({ what, name, mime, summary, diff = '' }: OutputDifference): Difference {
  const lines = diff === '' ? [] : diff.split('\n');
  const more = lines.length > DIFF_LINES_KEPT ? ['…'] : [];
  const text = [summary, ...lines.slice(0, DIFF_LINES_KEPT), ...more].join('\n');
  return { what, name, ...(mime === undefined ? {} : { mime }), summary: text };
}

function items(outputs: readonly Output[], context: CanonContext = {}): Item[] {
  const masked = canonicalize(outputs, context).outputs;
  return rawForm(outputs).flatMap((raw, i) => {
    const canonical = masked[i];
    return canonical === undefined ? [] : [{ raw, masked: canonical }];
  });
}

function align(a: Item[], b: Item[]): [Item | undefined, Item | undefined][] {
  const pairs: [Item | undefined, Item | undefined][] = [];
  let [i, j] = [0, 0];
  for (const { removed, added, value } of diffArrays(a.map(shape), b.map(shape))) {
    for (let n = 0; n < value.length; n++) {
      if (removed) pairs.push([a[i++], undefined]);
      else if (added) pairs.push([undefined, b[j++]]);
      else pairs.push([a[i++], b[j++]]);
    }
  }
  return pairs;
}

function shape({ raw }: Item): string {
  return raw.output_type === 'stream' ? `stream ${raw.name}` : raw.output_type;
}

function nameOf({ raw }: Item, position: number): string {
  switch (raw.output_type) {
    case 'stream':
      return raw.name;
    case 'error':
      return 'error';
    case 'execute_result':
      return 'result';
    case 'display_data':
      return `display ${position}`;
  }
}

function oneSided(old: Item | undefined, present: Item | undefined, position: number): OutputDifference {
  const item = (old ?? present) as Item;
  const shown = textOf(item);
  const start = shown === '' ? '' : `: ${quote(shown)}`;
  return {
    what: 'output',
    name: nameOf(item, position),
    summary: `only in the ${old === undefined ? 'replay' : 'original'}${start}`,
    ...(shown === '' ? {} : { diff: old === undefined ? unifiedDiff('', shown) : unifiedDiff(shown, '') }),
  };
}

function between(old: Item, present: Item, position: number): OutputDifference[] {
  const name = nameOf(old, position);
  const [a, b] = [old.masked, present.masked];
  if (a.output_type === 'stream' && b.output_type === 'stream') return [textDifference(name, a.text, b.text)];
  if (a.output_type === 'error' && b.output_type === 'error') {
    const [was, is] = [`${a.ename}: ${a.evalue}`, `${b.ename}: ${b.evalue}`];
    const values = { before: tracebackOf(old.raw) ?? was, after: tracebackOf(present.raw) ?? is };
    return [
      {
        what: 'output',
        name,
        summary: `${quote(was)} became ${quote(is)}`,
        diff: unifiedDiff(was, is),
        values,
      },
    ];
  }
  if (!('data' in a) || !('data' in b) || !('data' in old.raw) || !('data' in present.raw)) return [];
  return bundleDifferences(name, a.data, b.data, old.raw.data, present.raw.data);
}

type Bundle = { [mime: string]: Json };

function bundleDifferences(
  name: string,
  a: Bundle,
  b: Bundle,
  rawA: Bundle,
  rawB: Bundle,
): OutputDifference[] {
  // What a person reads most easily comes first.
  const mimes = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort(
    (x, y) => Number(y === 'text/plain') - Number(x === 'text/plain') || (x < y ? -1 : 1),
  );
  return mimes.flatMap((mime): OutputDifference[] => {
    const [was, is] = [a[mime], b[mime]];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    if (isPicture(mime)) return [pictureDifference(name, mime, rawA[mime], rawB[mime])];
    if (was === undefined || is === undefined) {
      return [
        {
          what: 'output',
          name,
          mime,
          summary: `${mime} only in the ${was === undefined ? 'replay' : 'original'}`,
        },
      ];
    }
    const values = { before: was, after: is };
    return [{ ...textDifference(name, asText(was), asText(is)), mime, values }];
  });
}

function textDifference(name: string, before: string, after: string): OutputDifference {
  return {
    what: 'output',
    name,
    summary: summarizeText(before, after),
    diff: unifiedDiff(before, after),
    values: { before, after },
  };
}

function pictureDifference(
  name: string,
  mime: string,
  before: Json | undefined,
  after: Json | undefined,
): OutputDifference {
  const [a, b] = [bytesOf(mime, before), bytesOf(mime, after)];
  return {
    what: 'output',
    name,
    mime,
    summary: comparePictures(mime, a, b),
    pictures: {
      extension: mime.replace(/^image\//, '').replace(/\+.*$/, ''),
      ...(a === undefined ? {} : { before: a }),
      ...(b === undefined ? {} : { after: b }),
    },
  };
}

function isPicture(mime: string): boolean {
  return mime.startsWith('image/');
}

function bytesOf(mime: string, value: Json | undefined): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  return mime === 'image/svg+xml' ? Buffer.from(value, 'utf8') : Buffer.from(value, 'base64');
}

function tracebackOf(raw: RawOutput): string | undefined {
  return raw.output_type === 'error' && raw.traceback.length > 0 ? raw.traceback.join('\n') : undefined;
}

function textOf({ raw }: Item): string {
  if (raw.output_type === 'stream') return raw.text;
  if (raw.output_type === 'error') return `${raw.ename}: ${raw.evalue}`;
  return typeof raw.data['text/plain'] === 'string' ? raw.data['text/plain'] : '';
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1);
}

function quote(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return `"${line.length > 60 ? `${line.slice(0, 59)}…` : line}"`;
}
