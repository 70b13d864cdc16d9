/** The program of the layout worker: a graph in, places out. */
import { Graph, layout } from '@dagrejs/dagre';
import type { Done, Layout, Task } from './layout';

const SPACE = { nodesep: 22, ranksep: 44, edgesep: 12, marginx: 20, marginy: 20 };

addEventListener('message', ({ data }: MessageEvent<Task>) => {
  const done: Done = { number: data.number, layout: placed(data) };
  postMessage(done);
});

function placed({ nodes, edges }: Task): Layout {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', ...SPACE });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const { from, to } of edges) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width,
    height,
    boxes: nodes.map(({ id, ...size }) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return { id, ...size, x, y };
    }),
    lines: edges.map(({ from, to }) => {
      const { points } = graph.edge(from, to) as { points?: Layout['lines'][number]['points'] };
      return { from, to, points: points ?? [] };
    }),
  };
}
