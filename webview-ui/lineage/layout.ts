/** Places in layers, computed by a worker so that the page never waits for them. */
import type { Graph } from './model';
import { titleOf } from './words';

export type Size = { width: number; height: number };
export type Box = Size & { id: string; x: number; y: number };
export type Line = { from: string; to: string; points: { x: number; y: number }[] };
export type Layout = Size & { boxes: Box[]; lines: Line[] };

export type Task = {
  number: number;
  nodes: (Size & { id: string })[];
  edges: { from: string; to: string }[];
};
export type Done = { number: number; layout: Layout };

const CELL: Size = { width: 232, height: 46 };
const LETTER = 7.3;
const LONGEST = 26;

export function taskOf({ nodes, edges }: Graph, number: number): Task {
  return {
    number,
    nodes: nodes.map((node) => {
      const letters = Math.min(Math.max(titleOf(node).length, 3), LONGEST);
      const size = node.kind === 'cell' ? CELL : { width: 34 + letters * LETTER, height: 26 };
      return { id: node.id, ...size };
    }),
    edges: edges.map(({ from, to }) => ({ from, to })),
  };
}

/** The newest task wins: what an older one gives comes too late to be shown. */
export class Layouts {
  private readonly worker: Worker;
  private number = 0;
  private waiting: ((layout: Layout) => void) | undefined;

  constructor(program: string) {
    this.worker = new Worker(URL.createObjectURL(new Blob([program], { type: 'text/javascript' })));
    this.worker.addEventListener('message', ({ data }: MessageEvent<Done>) => {
      if (data.number === this.number) this.waiting?.(data.layout);
    });
  }

  of(graph: Graph, show: (layout: Layout) => void): void {
    this.waiting = show;
    this.worker.postMessage(taskOf(graph, ++this.number));
  }
}
