/** The graph as a list: what a keyboard and a screen reader go through, and what is known of the chosen node. */
import { button, element } from '../common/dom';
import { nameOf, type Drawn, type Graph, type Way } from './model';
import { isStale, noteOf, spoken, titleOf } from './words';

export type ListActions = {
  choose: (id: string) => void;
  focus: (id: string, way: Way) => void;
  /** Absent where there is no editor to show a cell in. */
  open?: (node: Drawn) => void;
};

export function listOf(
  { nodes }: Graph,
  chosen: string | undefined,
  choose: (id: string) => void,
): HTMLElement {
  const items = [...nodes].sort(byPlace).map((node) => {
    const item = button('', `item ${node.id}`, 'item', () => choose(node.id));
    const isCell = node.kind === 'cell';
    item.append(
      element('span', { class: 'kind' }, isCell ? String(node.cell.index) : node.kind),
      element(isCell ? 'code' : 'span', { class: 'title' }, titleOf(node)),
      element('span', { class: isStale(node) ? 'note stale' : 'note' }, ` ${noteOf(node)}`),
    );
    if (node.id === chosen) item.setAttribute('aria-current', 'true');
    return element('li', {}, item);
  });
  return element('ol', { class: 'items' }, ...items);
}

export function detailOf(graph: Graph, node: Drawn, { choose, focus, open }: ListActions): HTMLElement {
  const known = new Map(graph.nodes.map((each) => [each.id, each]));
  const from = graph.edges.filter(({ to }) => to === node.id);
  const to = graph.edges.filter((edge) => edge.from === node.id);
  const links = (title: string, edges: { id: string; names: string[] }[]): HTMLElement | undefined =>
    edges.length === 0
      ? undefined
      : element(
          'div',
          {},
          element('h3', {}, title),
          element(
            'ul',
            {},
            ...edges.flatMap(({ id, names }) => {
              const other = known.get(id);
              const via = names.length === 0 ? '' : ` by ${names.join(', ')}`;
              return other === undefined
                ? []
                : [
                    element(
                      'li',
                      {},
                      button(nameOf(other), `link ${id}`, 'place', () => choose(id)),
                      via,
                    ),
                  ];
            }),
          ),
        );
  const unseen = node.kind === 'cell' ? node.notObserved : [];
  return element(
    'section',
    { class: 'detail', 'aria-label': 'Chosen' },
    element('h2', {}, nameOf(node)),
    element('p', {}, spoken(node).slice(nameOf(node).length + 2) || spoken(node)),
    unseen.length === 0 ? undefined : element('p', { class: 'aside' }, `Not observed: ${unseen.join('; ')}.`),
    element(
      'div',
      { class: 'actions' },
      open !== undefined && node.kind === 'cell'
        ? button('Open Cell', 'open', 'primary', () => open(node))
        : undefined,
      button('What It Came From', 'up', 'secondary', () => focus(node.id, 'up')),
      button('What Depends on It', 'down', 'secondary', () => focus(node.id, 'down')),
    ),
    links(
      'From',
      from.map(({ from: id, names }) => ({ id, names })),
    ),
    links(
      'To',
      to.map(({ to: id, names }) => ({ id, names })),
    ),
  );
}

/** Cells in the order of the notebook, then variables, then files, each by name. */
function byPlace(a: Drawn, b: Drawn): number {
  if (a.kind === 'cell' && b.kind === 'cell') return a.cell.index - b.cell.index || a.seq - b.seq;
  const rank = { cell: 0, variable: 1, file: 2 };
  return rank[a.kind] - rank[b.kind] || nameOf(a).localeCompare(nameOf(b));
}
