/** What a cell came from, or what depends on it, as a list that leads there. */
import { type Direction, focus } from '../lineage/focus';
import type { CellNode, LineageDocument, LineageNode } from '../lineage/graph';
import { plural } from '../replay/words';
import type { CellRef, Choice, Editor, Heading, NotebookRef, Place } from './editor';
import { newestRun, offerRun } from './newest';
import { reasonsOf } from './stale/words';

type Step = { go(editor: Editor, notebook: NotebookRef): Promise<void> };

const HEADINGS: Record<Direction, string> = { upstream: 'came from', downstream: 'depends on this' };

export async function showFlow(editor: Editor, direction: Direction): Promise<void> {
  const cell = editor.cell();
  if (cell === undefined) return;
  const found = await newestRun(editor);
  if (found === undefined) return;
  const { notebook, run } = found;
  const document = editor.lineage.documentOf(notebook, run.run);
  const node = lastOf(document, cell.id);
  const why = direction === 'upstream' ? staleChoices(editor, notebook, cell) : [];
  if (node === undefined && why.length === 0)
    return offerRun(editor, `Cell ${cell.index} has not run in the newest run of ${notebook.name}.`);
  const flow = node === undefined ? [] : flowChoices(document, node, direction);
  const chosen = await editor.pick(titleOf(cell, flow, direction, notebook), [
    ...why,
    ...(flow.length === 0 ? [] : [{ heading: HEADINGS[direction] }, ...flow]),
    { heading: 'Reprise' },
    ...(why.length === 0 ? [] : [command('Run Upstream', 'reprise.runUpstream', cell)]),
    command('Show Lineage', 'reprise.showLineage'),
  ]);
  if (chosen !== undefined) await chosen.go(editor, notebook);
}

function titleOf(
  { index }: CellRef,
  flow: readonly Choice<Step>[],
  direction: Direction,
  { javascript }: NotebookRef,
): string {
  // Of such a kernel's variables nothing is known, so what is not in the list may be so all the same.
  const files =
    javascript === undefined ? '' : ', as far as files tell: variables are not observed in JavaScript';
  return `${flowWords(index, flow, direction)}${files}`;
}

function flowWords(index: number, flow: readonly Choice<Step>[], direction: Direction): string {
  if (direction === 'upstream')
    return flow.length === 0
      ? `Cell ${index} read nothing that another cell wrote`
      : `Cell ${index} came from ${plural(flow.length, 'cell')}`;
  return flow.length === 0
    ? `No cell read what cell ${index} wrote`
    : `${plural(flow.length, 'cell')} ${flow.length === 1 ? 'depends' : 'depend'} on cell ${index}`;
}

function staleChoices(
  editor: Editor,
  { uri }: NotebookRef,
  { id, index }: CellRef,
): (Choice<Step> | Heading)[] {
  const state = editor.stale.stateOf(uri);
  const cell = state?.cells[id];
  if (state === undefined || cell?.status !== 'stale') return [];
  const choices = cell.reasons.map((reason): Choice<Step> => {
    const at = reason.cell === undefined ? -1 : state.order.indexOf(reason.cell);
    const place = at < 0 || reason.cell === undefined ? { id, index } : { id: reason.cell, index: at };
    return { label: reasonsOf({ ...cell, reasons: [reason] }, state)[0]!, value: leadingTo(place) };
  });
  return [{ heading: 'stale, because' }, ...choices];
}

/** Each cell once, as it ran last, with what passed from or to it. */
function flowChoices(document: LineageDocument, node: CellNode, direction: Direction): Choice<Step>[] {
  const part = focus(document, [node], direction);
  const last = new Map<string, CellNode>();
  for (const each of part.nodes) {
    if (each.kind === 'cell' && each.cell.id !== node.cell.id) last.set(each.cell.id, each);
  }
  const cells = [...last.values()].sort((a, b) => a.cell.index - b.cell.index);
  return cells.map((each) => {
    const passed = namesAt(part, each, direction);
    const stale = each.state?.status === 'stale' ? ['stale'] : [];
    return {
      label: `Cell ${each.cell.index}: ${each.title || 'empty'}`,
      description: [...(passed.length === 0 ? [] : [passed.join(', ')]), ...stale].join(' · '),
      value: leadingTo({ index: each.cell.index, id: each.cell.id }),
    };
  });
}

/** What it wrote of that which led on, or read of that which led to it. */
function namesAt({ nodes, edges }: LineageDocument, { id }: CellNode, direction: Direction): string[] {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const others = edges.flatMap(({ from, to, kind }) => {
    if (kind === 'rests-on' || kind === 'deleted') return [];
    if (direction === 'upstream') return from === id ? [to] : [];
    return to === id ? [from] : [];
  });
  return [...new Set(others.flatMap((other) => nameOf(known.get(other))))];
}

function nameOf(node: LineageNode | undefined): string[] {
  if (node?.kind === 'variable') return [node.name];
  return node?.kind === 'file' ? [node.path] : [];
}

function lastOf({ nodes }: LineageDocument, id: string): CellNode | undefined {
  const executions = nodes.filter((node) => node.kind === 'cell').filter(({ cell }) => cell.id === id);
  return executions.at(-1);
}

function leadingTo(place: Place): Step {
  return { go: (editor, { uri }) => editor.reveal(uri, place) };
}

/** @param cell where the command is to be about it */
function command(label: string, id: string, cell?: CellRef): Choice<Step> {
  return { label, value: { go: (editor) => editor.execute(id, ...(cell ? [{ cell: cell.uri }] : [])) } };
}
