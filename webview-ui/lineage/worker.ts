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
  return framed({
    boxes: nodes.map(({ id, ...size }) => {
      const { x, y } = graph.node(id) as { x: number; y: number };
      return { id, ...size, x, y };
    }),
    lines: edges.map(({ from, to }) => {
      const { points } = graph.edge(from, to) as { points?: Layout['lines'][number]['points'] };
      return { from, to, points: points ?? [] };
    }),
  });
}

/** Dagre's own frame is that of the boxes: a line that passes beside all of them would lie outside. */
function framed({ boxes, lines }: Pick<Layout, 'boxes' | 'lines'>): Layout {
  const corners = [
    ...boxes.flatMap(({ x, y, width, height }) => [
      { x: x - width / 2, y: y - height / 2 },
      { x: x + width / 2, y: y + height / 2 },
    ]),
    ...lines.flatMap(({ points }) => points),
  ];
  const [left, right] = ends(corners.map(({ x }) => x));
  const [top, bottom] = ends(corners.map(({ y }) => y));
  const moved = <T extends { x: number; y: number }>(place: T): T => ({
    ...place,
    x: place.x - left + SPACE.marginx,
    y: place.y - top + SPACE.marginy,
  });
  return {
    width: right - left + 2 * SPACE.marginx,
    height: bottom - top + 2 * SPACE.marginy,
    boxes: boxes.map(moved),
    lines: lines.map((line) => ({ ...line, points: line.points.map(moved) })),
  };
}

function ends(values: number[]): [number, number] {
  return values.reduce<[number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [values[0] ?? 0, values[0] ?? 0],
  );
}
