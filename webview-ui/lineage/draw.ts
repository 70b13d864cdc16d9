/** The graph as SVG: made once for a layout, then moved and zoomed as a whole. */
import { element, svgElement } from '../common/dom';
import type { Box, Layout } from './layout';
import type { Drawn, Graph } from './model';
import { isStale, noteOf, spoken, titleOf } from './words';

const LONGEST_CELL = 28;
const LONGEST_NAME = 26;

/** Below this zoom no text can be read. */
const READABLE = 0.4;
const LEAST_FIT = 0.65;

export type Drawing = {
  svg: SVGSVGElement;
  scene: SVGGElement;
  nodes: Map<string, SVGGElement>;
  size: Layout;
};

export function draw(graph: Graph, layout: Layout, choose: (id: string) => void): Drawing {
  const nodes = new Map<string, SVGGElement>();
  const known = new Map(graph.nodes.map((node) => [node.id, node]));
  const edges = new Map(graph.edges.map((edge) => [JSON.stringify([edge.from, edge.to]), edge]));
  const lines = layout.lines.map(({ from, to, points }) => {
    const edge = edges.get(JSON.stringify([from, to]));
    const line = svgElement('path', {
      d: curve(points),
      class: edge?.isStatic === true ? 'edge static' : 'edge',
      'marker-end': 'url(#arrow)',
      'data-from': from,
      'data-to': to,
    });
    if (edge !== undefined && edge.names.length > 0)
      line.append(svgElement('title', {}, edge.names.join(', ')));
    return line;
  });
  const boxes = layout.boxes.flatMap((box) => {
    const node = known.get(box.id);
    if (node === undefined) return [];
    const drawn = nodeOf(node, box);
    drawn.addEventListener('click', () => choose(box.id));
    nodes.set(box.id, drawn);
    return [drawn];
  });
  const scene = svgElement(
    'g',
    { class: 'scene' },
    svgElement('g', {}, ...lines),
    svgElement('g', {}, ...boxes),
  );
  const svg = svgElement(
    'svg',
    { class: 'graph', role: 'group', 'aria-label': 'Lineage graph; the list has the same' },
    svgElement('defs', {}, arrow()),
    scene,
  );
  return { svg, scene, nodes, size: layout };
}

function nodeOf(node: Drawn, { x, y, width, height }: Box): SVGGElement {
  const [left, top] = [x - width / 2, y - height / 2];
  const isCell = node.kind === 'cell';
  const looks = [
    'node',
    node.kind,
    ...(isStale(node) ? ['stale'] : []),
    ...(isCell && node.status === 'error' ? ['raised'] : []),
  ];
  const made = svgElement('g', {
    class: looks.join(' '),
    role: 'button',
    tabindex: -1,
    'aria-description': spoken(node),
    'data-label': spoken(node),
    'data-id': node.id,
    transform: `translate(${left} ${top})`,
  });
  made.append(
    svgElement(
      'rect',
      { class: 'box', width, height, rx: isCell ? 4 : height / 2 },
      svgElement('title', {}, spoken(node)),
    ),
  );
  if (!isCell) {
    made.append(
      svgElement('text', { x: width / 2, y: height / 2, class: 'name' }, clip(titleOf(node), LONGEST_NAME)),
    );
    return made;
  }
  made.append(
    svgElement('rect', { class: 'edge-of', width: 3, height: height - 8, x: 4, y: 4, rx: 1.5 }),
    svgElement('text', { x: 14, y: 17, class: 'number' }, String(node.cell.index)),
    svgElement(
      'text',
      { x: 14 + 8 * (String(node.cell.index).length + 1), y: 17, class: 'title' },
      clip(titleOf(node), LONGEST_CELL - String(node.cell.index).length),
    ),
    svgElement('text', { x: 14, y: 35, class: 'note' }, clip(noteOf(node), 36)),
  );
  return made;
}

function arrow(): SVGMarkerElement {
  const marker = svgElement('marker', {
    id: 'arrow',
    viewBox: '0 0 8 8',
    refX: 7,
    refY: 4,
    markerUnits: 'userSpaceOnUse',
    markerWidth: 8,
    markerHeight: 8,
    orient: 'auto',
  });
  marker.append(svgElement('path', { d: 'M0 0.5 7 4 0 7.5z', class: 'arrow' }));
  return marker;
}

/** Through the points of the layout, rounded between them. */
function curve(points: Layout['lines'][number]['points']): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (first === undefined || last === undefined) return '';
  let d = `M${at(first)}`;
  rest.forEach((point, i) => {
    const next = rest[i + 1] ?? last;
    const middle = { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    d += `Q${at(point)} ${at(i === rest.length - 1 ? last : middle)}`;
  });
  return rest.length === 0 ? `${d}L${at(last)}` : d;
}

function at({ x, y }: { x: number; y: number }): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Moves and zooms a drawing: dragged, by wheel, by keys, and to show all or one node. */
export class Stage {
  readonly place = element('div', { class: 'stage' });
  private drawing: Drawing | undefined;
  private at = { x: 0, y: 0, zoom: 1 };

  constructor() {
    this.place.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    this.place.addEventListener('pointerdown', (event) => this.drag(event));
  }

  show(drawing: Drawing): void {
    this.drawing = drawing;
    this.place.replaceChildren(drawing.svg);
    this.fit();
  }

  /** All of it, but never so small that nothing can be read of a long notebook: then its beginning. */
  fit(): void {
    if (this.drawing === undefined) return;
    const { clientWidth, clientHeight } = this.place;
    const { width, height } = this.drawing.size;
    const zoom = Math.min(Math.max(Math.min(clientWidth / width, clientHeight / height), LEAST_FIT), 1);
    const first = this.drawing.size.boxes[0];
    const x = width * zoom > clientWidth && first !== undefined ? first.x : width / 2;
    this.move({
      zoom,
      x: clientWidth / 2 - x * zoom,
      y: Math.max((clientHeight - height * zoom) / 2, 0),
    });
  }

  zoomBy(factor: number, x = this.place.clientWidth / 2, y = this.place.clientHeight / 2): void {
    const zoom = Math.min(Math.max(this.at.zoom * factor, 0.05), 4);
    const grown = zoom / this.at.zoom;
    this.move({ zoom, x: x - (x - this.at.x) * grown, y: y - (y - this.at.y) * grown });
  }

  panBy(x: number, y: number): void {
    this.move({ ...this.at, x: this.at.x + x, y: this.at.y + y });
  }

  centre(id: string): void {
    const box = this.drawing?.size.boxes.find((each) => each.id === id);
    if (box === undefined) return;
    const zoom = Math.max(this.at.zoom, 0.8);
    this.move({
      zoom,
      x: this.place.clientWidth / 2 - box.x * zoom,
      y: this.place.clientHeight / 2 - box.y * zoom,
    });
  }

  private move(to: { x: number; y: number; zoom: number }): void {
    this.at = to;
    if (this.drawing === undefined) return;
    this.drawing.scene.setAttribute('transform', `translate(${to.x} ${to.y}) scale(${to.zoom})`);
    this.drawing.svg.classList.toggle('far', to.zoom < READABLE);
    this.leaveOutUnseen(this.drawing);
  }

  /** What lies outside is not drawn: frames then take as long as what is in sight. */
  private leaveOutUnseen({ nodes, size }: Drawing): void {
    const { x, y, zoom } = this.at;
    const { clientWidth, clientHeight } = this.place;
    for (const box of size.boxes) {
      const [left, top] = [x + box.x * zoom, y + box.y * zoom];
      const [across, down] = [(box.width / 2) * zoom, (box.height / 2) * zoom];
      const isIn =
        left + across > 0 && left - across < clientWidth && top + down > 0 && top - down < clientHeight;
      const node = nodes.get(box.id);
      if (node !== undefined && node.classList.contains('outside') === isIn)
        node.classList.toggle('outside', !isIn);
    }
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const { left, top } = this.place.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey)
      this.zoomBy(Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
    else this.panBy(-event.deltaX, -event.deltaY);
  }

  private drag(down: PointerEvent): void {
    if (down.button !== 0) return;
    let last = down;
    const move = (event: PointerEvent): void => {
      this.panBy(event.clientX - last.clientX, event.clientY - last.clientY);
      last = event;
    };
    const end = (): void => window.removeEventListener('pointermove', move);
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', end, { once: true });
  }
}
