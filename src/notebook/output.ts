import { canonicalJson, sha256, type Json } from './digest';

/** nbformat 4 outputs, as on disk (texts may be arrays of lines) or as they arrived from a kernel. */
export type StreamOutput = { output_type: 'stream'; name: string; text: string | string[] };
export type DisplayOutput = {
  output_type: 'display_data' | 'execute_result';
  data: { [mime: string]: Json };
  metadata?: { [key: string]: Json };
  execution_count?: number | null;
  transient?: { display_id?: string };
};
export type ErrorOutput = { output_type: 'error'; ename: string; evalue: string; traceback: string[] };
export type Output = StreamOutput | DisplayOutput | ErrorOutput;

/** What a raw digest is taken of. */
export type RawOutput =
  | { output_type: 'stream'; name: string; text: string }
  | { output_type: 'display_data' | 'execute_result'; data: { [mime: string]: Json } }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] };

/** Every stream joined by name at the place where it first appeared, across displays. */
export function joinStreams(outputs: readonly Output[]): Output[] {
  return join(outputs, true);
}

/** Streams joined by name only between two outputs that are not streams. */
export function layout(outputs: readonly Output[]): Output[] {
  return join(outputs, false);
}

/**
 * The object whose RFC 8785 JSON is digested; the agent builds the same one from the messages it sent.
 *
 * 1. Streams are joined as in `joinStreams` (`joined` given: taken as joined already). A stream is
 *    `{ output_type, name, text }` with `text` one string.
 * 2. A display or result is `{ output_type, data }`. In `data` a list of strings is joined to one string, except under a
 *    JSON type (`application/json`, or a type that ends in `+json`), whose value stays as it is.
 * 3. An error is `{ output_type, ename, evalue, traceback }`, traceback a list of strings.
 * 4. Nothing else is kept: no execution_count, metadata, transient or display id.
 * 5. In every string and key a lone surrogate becomes U+FFFD. Numbers are IEEE doubles as `JSON.parse` reads them: an
 *    integer beyond 2^53 is rounded, -0 is 0.
 */
export function rawForm(outputs: readonly Output[], joined = joinStreams(outputs)): RawOutput[] {
  return joined.map((output) => {
    if (output.output_type === 'stream') {
      return { output_type: 'stream', name: output.name, text: oneText(output.text) };
    }
    if (output.output_type === 'error') {
      const { output_type, ename, evalue, traceback } = output;
      return { output_type, ename, evalue, traceback };
    }
    const data = Object.entries(output.data).map(([mime, value]) => [mime, oneValue(mime, value)] as const);
    return { output_type: output.output_type, data: Object.fromEntries(data) };
  });
}

/** sha256 hex of the RFC 8785 JSON of `rawForm`. @throws Error where a JSON output holds an infinite number. */
export function rawDigest(outputs: readonly Output[]): string {
  return sha256(canonicalJson(rawForm(outputs)));
}

/** As `rawDigest`, over `layout`: differs when text changed sides of a display. */
export function layoutDigest(outputs: readonly Output[]): string {
  return sha256(canonicalJson(rawForm(outputs, layout(outputs))));
}

export function isJsonMime(mime: string): boolean {
  return mime === 'application/json' || mime.endsWith('+json');
}

/** nbformat's "multiline string": one string or a list of lines. */
export function oneText(text: string | readonly string[]): string {
  return typeof text === 'string' ? text : text.join('');
}

function oneValue(mime: string, value: Json): Json {
  if (isJsonMime(mime) || !Array.isArray(value)) return value;
  return value.every((line) => typeof line === 'string') ? value.join('') : value;
}

function join(outputs: readonly Output[], acrossDisplays: boolean): Output[] {
  const joined: Output[] = [];
  const open = new Map<string, { at: number; parts: string[] }>();
  const close = (): void => {
    for (const { at, parts } of open.values()) {
      joined[at] = { ...(joined[at] as StreamOutput), text: parts.join('') };
    }
    open.clear();
  };
  for (const output of outputs) {
    if (output.output_type !== 'stream') {
      if (!acrossDisplays) close();
      joined.push(output);
      continue;
    }
    const stream = open.get(output.name);
    if (stream) {
      stream.parts.push(oneText(output.text));
    } else {
      open.set(output.name, { at: joined.length, parts: [oneText(output.text)] });
      joined.push(output);
    }
  }
  close();
  return joined;
}
