/** The line to the kernel's keeper: it says where cells begin and end, and is answered with what they drew. */
import { connect } from 'node:net';
import type { Entropy } from './entropy';
import { loadNow } from './modules';
import type { Sources } from './sources';
import type { TensorFlow } from './tensorflow';

type Told =
  | { op: 'begin'; cell: string; execution: number }
  | { op: 'end' }
  | { op: 'about' }
  | { op: 'mark'; marker: string };
type Answer = { rng?: Record<string, string> } & Partial<Entropy> & { about?: About };

export type About = {
  versions: Record<string, string | undefined>;
  tensorflow?: { packages: Record<string, string>; backend?: string; library?: string; gpu: boolean };
};

export function listenTo(socket: string, sources: Sources, loaded: () => TensorFlow | undefined): void {
  const line = connect(socket);
  const mark = marker();
  // A kernel that has nothing else to do may end.
  line.unref();
  // Without its keeper nobody reads what it says.
  line.on('close', () => process.exit(1));
  line.on('error', () => {});
  line.setEncoding('utf8');
  let begun = '';
  line.on('data', (text: string) => {
    const lines = (begun + text).split('\n');
    begun = lines.pop()!;
    for (const each of lines) {
      const told = JSON.parse(each) as Told;
      if (told.op === 'mark') mark(told.marker);
      const answer = told.op === 'mark' ? {} : answerTo(told, sources, loaded());
      line.write(`${JSON.stringify(answer)}\n`);
    }
  });
}

type Deno = {
  jupyter?: { broadcast?(kind: string, content: Record<string, unknown>): unknown };
};

/**
 * Writes a text on both ways that Deno's outputs take, behind all that is still under way: as a stream, and as a display.
 * Taken before the notebook can put something else in the place of `console.log`.
 */
function marker(): (text: string) => void {
  const { log } = console;
  const { jupyter } = (globalThis as { Deno?: Deno }).Deno ?? {};
  const broadcast = jupyter?.broadcast?.bind(jupyter);
  return (text) => {
    log.call(console, text);
    const content = { data: { 'text/plain': text }, metadata: {}, transient: {} };
    Promise.resolve(broadcast?.('display_data', content)).catch(() => undefined);
  };
}

function answerTo(
  told: Exclude<Told, { op: 'mark' }>,
  sources: Sources,
  tensorflow: TensorFlow | undefined,
): Answer {
  if (told.op === 'about') return { about: about(tensorflow) };
  if (told.op === 'begin') {
    // What was drawn between cells is no cell's.
    sources.log.take();
    // A cell can reach it by the global `crypto`, and tslab has loaded it long before.
    loadNow('crypto');
    sources.begin({ key: told.cell, execution: told.execution });
    return { rng: states(sources) };
  }
  return { rng: states(sources), ...sources.log.take() };
}

function states({ random, enforces }: Sources): Record<string, string> {
  const words = random.words.map((word) => (word >>> 0).toString(16).padStart(8, '0'));
  // V8's own state cannot be read.
  return enforces ? { 'Math.random': words.join('') } : {};
}

function about(tf: TensorFlow | undefined): About {
  const { node, v8, deno } = process.versions;
  if (tf === undefined) return { versions: { node, v8, deno } };
  const backend = tf.backend?.();
  return {
    versions: { node, v8, deno },
    tensorflow: {
      packages: { ...tf.version },
      backend: tf.getBackend?.(),
      library: backend?.binding?.TF_Version,
      gpu: backend?.isUsingGpuDevice === true,
    },
  };
}
