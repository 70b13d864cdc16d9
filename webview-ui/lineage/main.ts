/** The lineage page: a graph to look at, and the same as a list. */
import type { LineageDocument } from '../../src/lineage/page';
import { button, element } from '../common/dom';
import { draw, Stage, type Drawing } from './draw';
import { download, mermaidOf, pngOf, svgText } from './export';
import { held, Host } from './host';
import { Layouts } from './layout';
import { detailOf, listOf } from './list';
import { graphAt, LEVELS, only, reachable, type Drawn, type Graph, type Level, type Way } from './model';
import { isStale, spoken, withCellNames } from './words';

const host = new Host();
const place = document.getElementById('lineage')!;
const live = document.getElementById('live')!;
const layouts = new Layouts(String(held('worker')));

const LEVEL_WORDS: Record<Level, string> = { cells: 'Cells', variables: 'Variables', files: 'Files' };

class Page {
  private level: Level = 'cells';
  private chosen: string | undefined;
  private near: { id: string; way: Way } | undefined;
  private graph: Graph = { nodes: [], edges: [] };
  private drawing: Drawing | undefined;
  private readonly stage = new Stage();
  private readonly side = element('div', { class: 'side' });
  private readonly search = element('input', {
    type: 'search',
    placeholder: 'Search',
    'aria-label': 'Search',
    'data-key': 'search',
  });
  private readonly nearBar = element('div', { class: 'near' });

  constructor(
    private readonly lineage: LineageDocument,
    private readonly opens: boolean,
    /** What was shown before: the reader stays where they were. */
    before?: Page,
  ) {
    if (before === undefined) return;
    this.level = before.level;
    this.chosen = before.chosen;
    this.near = before.near;
    this.search.value = before.search.value;
  }

  start(): void {
    document.title = `Lineage: ${this.lineage.notebook}`;
    this.search.addEventListener('input', () => this.find());
    this.search.addEventListener('keydown', ({ key }) => {
      const [first] = key === 'Enter' ? this.matches() : [];
      if (first !== undefined) this.choose(first.id);
    });
    this.stage.place.addEventListener('keydown', (event) => this.keyed(event));
    place.replaceChildren(
      element('header', {}, element('h1', {}, this.lineage.notebook), ...this.context(), this.toolbar()),
      element(
        'main',
        {},
        element('div', { class: 'canvas' }, this.nearBar, this.stage.place, this.zoomBar()),
        this.side,
      ),
    );
    this.update();
  }

  /** The list is there at once; the graph when its places are known. */
  private update(): void {
    const whole = graphAt(this.lineage, this.level);
    const near =
      this.near !== undefined && whole.nodes.some(({ id }) => id === this.near?.id) ? this.near : undefined;
    this.graph = near === undefined ? whole : only(whole, reachable(whole, near.id, near.way));
    this.showNear(near);
    this.showSide();
    place.setAttribute('aria-busy', 'true');
    if (this.drawing === undefined)
      this.stage.place.replaceChildren(element('p', { class: 'waiting' }, 'Drawing the graph …'));
    const graph = this.graph;
    layouts.of(graph, (layout) => {
      this.drawing = draw(graph, layout, (id) => this.choose(id, true));
      this.stage.show(this.drawing);
      this.mark();
      this.find();
      place.removeAttribute('aria-busy');
    });
  }

  private choose(id: string, byGraph = false): void {
    this.chosen = id;
    this.showSide();
    this.mark();
    if (!byGraph) this.stage.centre(id);
    const node = this.graph.nodes.find((each) => each.id === id);
    if (node === undefined) return;
    live.textContent = spoken(node);
    if (this.opens) this.openCell(node);
  }

  private openCell(node: Drawn): void {
    if (node.kind === 'cell') host.post({ type: 'cell', id: node.cell.id, cell: node.cell.index });
  }

  private showSide(): void {
    const key = document.activeElement?.getAttribute('data-key');
    const node = this.graph.nodes.find(({ id }) => id === this.chosen);
    const { notObserved } = this.lineage;
    this.side.replaceChildren(
      ...(node === undefined
        ? []
        : [
            detailOf(this.graph, node, {
              choose: (id) => this.choose(id),
              focus: (id, way) => this.focus({ id, way }),
              ...(this.opens ? { open: (each: Drawn) => this.openCell(each) } : {}),
            }),
          ]),
      element(
        'nav',
        { 'aria-label': 'All nodes' },
        listOf(this.graph, this.chosen, (id) => this.choose(id)),
      ),
      ...(notObserved.length === 0
        ? []
        : [element('p', { class: 'aside' }, `Not observed: ${notObserved.join('; ')}.`)]),
    );
    if (key != null) place.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  }

  private focus(near: { id: string; way: Way } | undefined): void {
    this.near = near;
    this.update();
    live.textContent = near === undefined ? 'All is shown.' : `${this.graph.nodes.length} are shown.`;
  }

  private showNear(near: { id: string; way: Way } | undefined): void {
    const node = this.graph.nodes.find(({ id }) => id === near?.id);
    if (near === undefined || node === undefined) return this.nearBar.replaceChildren();
    const words = near.way === 'up' ? 'What it came from' : 'What depends on it';
    this.nearBar.replaceChildren(
      element('span', {}, `${words}: ${spoken(node)}`),
      button('Show All', 'all', 'secondary', () => this.focus(undefined)),
    );
  }

  /** The chosen node, and the edges at it. */
  private mark(): void {
    if (this.drawing === undefined) return;
    const { svg, nodes } = this.drawing;
    for (const [id, node] of nodes) {
      node.classList.toggle('chosen', id === this.chosen);
      node.setAttribute('tabindex', id === (this.chosen ?? this.graph.nodes[0]?.id) ? '0' : '-1');
    }
    for (const line of svg.querySelectorAll('.edge')) {
      const ends = [line.getAttribute('data-from'), line.getAttribute('data-to')];
      line.classList.toggle('chosen', this.chosen !== undefined && ends.includes(this.chosen));
    }
  }

  private matches(): Drawn[] {
    const words = this.search.value.trim().toLowerCase();
    return words === '' ? [] : this.graph.nodes.filter((node) => spoken(node).toLowerCase().includes(words));
  }

  private find(): void {
    const found = new Set(this.matches().map(({ id }) => id));
    const isOn = this.search.value.trim() !== '';
    for (const [id, node] of this.drawing?.nodes ?? [])
      node.classList.toggle('missed', isOn && !found.has(id));
    for (const item of this.side.querySelectorAll('.items li')) {
      const id = item.firstElementChild?.getAttribute('data-key')?.slice('item '.length) ?? '';
      item.toggleAttribute('hidden', isOn && !found.has(id));
    }
    if (isOn) live.textContent = `${found.size} found`;
  }

  /** Along the edges with up and down, through the list with left and right. */
  private keyed(event: KeyboardEvent): void {
    const { key } = event;
    if (key === '+' || key === '-') return this.stage.zoomBy(key === '+' ? 1.2 : 1 / 1.2);
    if (key === '0') return this.stage.fit();
    const at = (event.target as Element).closest('[data-id]')?.getAttribute('data-id');
    if (at == null) return;
    if (key === 'Enter' || key === ' ') {
      event.preventDefault();
      return this.choose(at, true);
    }
    const { nodes, edges } = this.graph;
    const position = nodes.findIndex(({ id }) => id === at);
    const next = {
      ArrowUp: edges.find(({ to }) => to === at)?.from,
      ArrowDown: edges.find(({ from }) => from === at)?.to,
      ArrowLeft: nodes[position - 1]?.id,
      ArrowRight: nodes[position + 1]?.id,
    }[key];
    if (next === undefined) return;
    event.preventDefault();
    this.drawing?.nodes.get(at)?.setAttribute('tabindex', '-1');
    const node = this.drawing?.nodes.get(next);
    node?.setAttribute('tabindex', '0');
    node?.focus({ preventScroll: true });
    this.stage.centre(next);
  }

  private context(): HTMLElement[] {
    const { nodes } = this.lineage;
    const stale = nodes.filter((node) => node.kind === 'cell' && isStale(node)).length;
    const labels = nodes.flatMap((node) => ('label' in node ? [node.label] : []));
    const cells = nodes.filter(({ kind }) => kind === 'cell').length;
    const said = [
      `${cells} ${cells === 1 ? 'cell' : 'cells'}`,
      ...(stale === 0 ? [] : [`${stale} stale`]),
      ...labels,
    ];
    return [element('p', { class: 'path' }, said.join(' · '))];
  }

  private toolbar(): HTMLElement {
    const levels = LEVELS.map((level) => {
      const input = element('input', {
        type: 'radio',
        name: 'level',
        checked: level === this.level,
        'data-key': level,
      });
      input.addEventListener('change', () => {
        this.level = level;
        this.update();
      });
      return element(
        'label',
        {},
        input,
        element('span', {}, level === 'cells' ? 'Cells' : `+ ${LEVEL_WORDS[level]}`),
      );
    });
    const name =
      this.lineage.notebook
        .split('/')
        .at(-1)
        ?.replace(/\.ipynb$/, '') ?? 'lineage';
    const save = (label: string, make: (drawing: Drawing) => Promise<void> | void): HTMLElement =>
      button(label, label, 'secondary', () => {
        if (this.drawing !== undefined) void make(this.drawing);
      });
    const text = (content: string, type: string): Blob => new Blob([content], { type });
    return element(
      'div',
      { class: 'toolbar' },
      element('div', { class: 'ways', role: 'radiogroup', 'aria-label': 'Level of detail' }, ...levels),
      this.search,
      element(
        'div',
        { class: 'save', role: 'group', 'aria-label': 'Save as' },
        save('SVG', (drawing) => download(`${name}.svg`, text(svgText(drawing), 'image/svg+xml'))),
        save('PNG', async (drawing) => download(`${name}.png`, await pngOf(drawing))),
        save('Mermaid', () => download(`${name}.mmd`, text(mermaidOf(this.graph), 'text/plain'))),
      ),
    );
  }

  private zoomBar(): HTMLElement {
    return element(
      'div',
      { class: 'zoom', role: 'group', 'aria-label': 'Zoom' },
      button('+', 'in', 'secondary', () => this.stage.zoomBy(1.25)),
      button('−', 'out', 'secondary', () => this.stage.zoomBy(0.8)),
      button('Fit', 'fit', 'secondary', () => this.stage.fit()),
    );
  }
}

let shown: Page | undefined;
host.listen((message) => {
  if (message.type === 'problem')
    place.replaceChildren(element('main', {}, element('p', {}, message.sentence)));
  else {
    shown = new Page(withCellNames(message.document), message.opens, shown);
    shown.start();
  }
});
