import { canonicalJson, sha256, type Json } from './digest';
import { joinStreams, layout, rawForm, type Output, type RawOutput } from './output';
import { GeneratedIds } from './canon/ids';
import { maskMagicTimes, maskTimeitResult } from './canon/magics';
import { pngPixels } from './canon/png';
import { applyReturns, applyReturnsAndMaskFrames, maskFrames } from './canon/terminal';
import {
  escapeTokens,
  maskAddresses,
  maskIpykernelPath,
  maskLibraryPath,
  maskLogTimes,
  stripAnsi,
} from './canon/text';

export const CANON = 'canon/1';

/** The masks of canon/1, complete. JSON is digested as RFC 8785, so `json-order` never has to change a value. */
export const MASKS = [
  'cr',
  'ansi',
  'address',
  'ipykernel-path',
  'library-path',
  'traceback',
  'generated-id',
  'png-pixels',
  'json-order',
  'timing',
] as const;
export type Mask = (typeof MASKS)[number];

export type CanonContext = {
  /** Of the cell: times are masked only where its magics print them. */
  source?: string;
  /** `sys.prefix` of the environment that the outputs come from. */
  prefix?: string;
  /** Masks to leave off. */
  without?: readonly Mask[];
  /** False: streams are joined only between displays, as in `layoutDigest`. */
  acrossDisplays?: boolean;
};

export type CanonicalOutput =
  | Exclude<RawOutput, { output_type: 'error' }>
  | { output_type: 'error'; ename: string; evalue: string; traceback?: string[] };

export type Canonical = {
  /** sha256 hex of the RFC 8785 JSON of `outputs`. */
  digest: string;
  /** Those that changed something, in the order of `MASKS`. */
  masks: Mask[];
  outputs: CanonicalOutput[];
};

/**
 * The outputs of a cell, and their digest, without what changes from process to process (canon/1).
 * @throws Error where a JSON output holds an infinite number
 */
export function canonicalize(outputs: readonly Output[], context: CanonContext = {}): Canonical {
  const masking = new Masking(context);
  const joined = context.acrossDisplays === false ? layout(outputs) : joinStreams(outputs);
  const masked = rawForm(outputs, joined).map((output) => masking.output(output));
  return { digest: sha256(canonicalJson(masked)), masks: masking.masks(), outputs: masked };
}

class Masking {
  private readonly changed = new Set<Mask>();
  private readonly ids = new GeneratedIds();

  constructor(private readonly context: CanonContext) {}

  masks(): Mask[] {
    return MASKS.filter((mask) => this.changed.has(mask));
  }

  output(output: RawOutput): CanonicalOutput {
    if (output.output_type === 'stream') return { ...output, text: this.stream(output.name, output.text) };
    if (output.output_type === 'error') return this.error(output);
    const data = Object.entries(output.data).map(([mime, value]) => [mime, this.value(mime, value)] as const);
    return { ...output, data: Object.fromEntries(data) };
  }

  private stream(name: string, text: string): string {
    const obeyCursor = !this.isOff('timing');
    const written = escapeTokens(this.apply('ansi', text, (t) => stripAnsi(t, obeyCursor)));
    const shown = this.apply('cr', written, applyReturns);
    const timed = this.apply('timing', shown, () =>
      this.isOff('cr') ? maskFrames(written) : applyReturnsAndMaskFrames(written),
    );
    const plain = this.apply('ansi', timed, (t) => stripAnsi(t));
    if (name === 'stderr') return this.text(this.apply('timing', plain, maskLogTimes));
    const { source } = this.context;
    const isIpython = name === 'stdout' && source !== undefined;
    return this.text(isIpython ? this.apply('timing', plain, (t) => maskMagicTimes(t, source)) : plain);
  }

  private error({
    output_type,
    ename,
    evalue,
    traceback,
  }: RawOutput & { output_type: 'error' }): CanonicalOutput {
    const error = { output_type, ename, evalue: this.plainText(evalue) };
    if (this.isOff('traceback')) return { ...error, traceback };
    if (traceback.length > 0) this.changed.add('traceback');
    return error;
  }

  private value(mime: string, value: Json): Json {
    if (mime === 'application/vnd.jupyter.widget-view+json') return this.widget(value);
    if (typeof value !== 'string') return value;
    if (mime === 'image/png') return this.png(value);
    if (mime === 'text/plain') return this.plainText(value);
    if (mime === 'text/html') {
      const numbered = this.apply('generated-id', escapeTokens(value), (html) => this.ids.maskHtml(html));
      return this.text(numbered, true);
    }
    return mime.startsWith('text/') ? this.text(escapeTokens(value)) : value;
  }

  private plainText(value: string): string {
    const plain = escapeTokens(this.apply('ansi', value, (t) => stripAnsi(t)));
    const { source } = this.context;
    const timed =
      source === undefined ? plain : this.apply('timing', plain, (t) => maskTimeitResult(t, source));
    return this.text(timed);
  }

  private text(text: string, isHtml = false): string {
    const addressed = this.apply('address', text, (t) => maskAddresses(t, isHtml));
    const inKernel = this.apply('ipykernel-path', addressed, maskIpykernelPath);
    return this.apply('library-path', inKernel, (t) => maskLibraryPath(t, this.context.prefix));
  }

  private widget(view: Json): Json {
    if (this.isOff('generated-id') || view === null || typeof view !== 'object' || Array.isArray(view))
      return view;
    if (typeof view.model_id !== 'string') return view;
    const model_id = this.apply('generated-id', view.model_id, (id) => this.ids.maskModelId(id));
    return { ...view, model_id };
  }

  private png(base64: string): Json {
    const pixels = this.isOff('png-pixels') ? undefined : pngPixels(base64);
    if (pixels === undefined) return base64;
    this.changed.add('png-pixels');
    return pixels;
  }

  private apply(mask: Mask, text: string, change: (text: string) => string): string {
    if (this.isOff(mask)) return text;
    const changed = change(text);
    if (changed !== text) this.changed.add(mask);
    return changed;
  }

  private isOff(mask: Mask): boolean {
    return this.context.without?.includes(mask) ?? false;
  }
}
