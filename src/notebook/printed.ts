/** The numbers that outputs print, and what is left of the outputs without them. */
import type { CanonicalOutput } from './canon';
import { canonicalJson, sha256, type Json } from './digest';
import { isJsonMime } from './output';
import { numbersOf } from './tolerance';

export type Printed = {
  /** As printed. Numbers inside JSON and pictures are none. */
  numbers: string[];
  /** Digest of the outputs without these numbers and the spaces beside them, which follow a number's width. */
  rest: string;
};

/** Takes the first `count` numbers out of canonical outputs. What text/plain says comes before other forms of it. */
export function takeOutNumbers(outputs: readonly CanonicalOutput[], count = Infinity): Printed {
  const numbers: string[] = [];
  const strip = (text: string): string => {
    let [rest, at] = ['', 0];
    for (const { text: number, start, end } of numbersOf(text)) {
      if (numbers.length >= count) break;
      numbers.push(number);
      const before = text.slice(at, start).replace(/ +$/, '');
      rest += `${at === 0 ? before : before.replace(/^ +/, '')}\0`;
      at = end;
    }
    return rest + (at === 0 ? text : text.slice(at).replace(/^ +/, ''));
  };
  const rest = outputs.map((output): Json => {
    if (output.output_type === 'stream') return { ...output, text: strip(output.text) };
    if (output.output_type === 'error') return { ...output };
    const mimes = Object.keys(output.data).sort(
      (a, b) => Number(b === 'text/plain') - Number(a === 'text/plain') || (a < b ? -1 : 1),
    );
    const data = mimes.map((mime) => [mime, stripValue(mime, output.data[mime] as Json, strip)] as const);
    return { ...output, data: Object.fromEntries(data) };
  });
  return { numbers, rest: sha256(canonicalJson(rest)) };
}

function stripValue(mime: string, value: Json, strip: (text: string) => string): Json {
  const isText = mime.startsWith('text/') && !isJsonMime(mime);
  return isText && typeof value === 'string' ? strip(value) : value;
}
