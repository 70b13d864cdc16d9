/** Lineage documents: a small study, a long notebook, and one that wants to be markup. */
import type {
  CellNode,
  LineageDocument,
  LineageEdge,
  LineageNode,
  StaleReason,
} from '../../src/lineage/graph';
import { HOSTILE } from './reports';

const RUN = '20260101-000000-aaaaaa';

export function cell(index: number, title: string, more: Partial<CellNode> = {}): CellNode {
  return {
    id: `cell:id${index}@${RUN}:${index}`,
    kind: 'cell',
    cell: { index, id: `id${index}` },
    run: RUN,
    seq: index,
    title,
    status: 'ok',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 12 * (index + 1),
    unreached: [],
    notObserved: [],
    state: { status: 'clean', reasons: [] },
    ...more,
  };
}

export function stale(...reasons: StaleReason[]): Pick<CellNode, 'state'> {
  return { state: { status: 'stale', reasons } };
}

function variable(name: string, type = 'DataFrame'): LineageNode {
  return {
    id: `variable:${name}#1@${RUN}`,
    kind: 'variable',
    name,
    version: 1,
    run: RUN,
    how: 'exact',
    type,
  };
}

function file(path: string): LineageNode {
  return { id: `file:${path}@${RUN}`, kind: 'file', path, attribution: 'exact' };
}

function edge(
  from: LineageNode,
  to: LineageNode,
  kind: LineageEdge['kind'],
  seen: LineageEdge['seen'] = 'observed',
): LineageEdge {
  return { from: from.id, to: to.id, kind, seen };
}

function documentOf(
  nodes: LineageNode[],
  edges: LineageEdge[],
  notebook = 'study/train.ipynb',
): LineageDocument {
  return { schema: 'reprise/lineage/0', notebook, runs: [RUN], nodes, edges, notObserved: [] };
}

export const study = ((): LineageDocument => {
  const [wine, model] = [file('data/wine.csv'), file('out/model.joblib')];
  const [df, train, forest] = [variable('df'), variable('train'), variable('forest', 'RandomForest')];
  const cells = [
    cell(0, 'df = pd.read_csv("data/wine.csv")'),
    cell(2, 'train, test = split(df)', stale({ type: 'input-changed', variable: 'df' })),
    cell(
      3,
      'forest = RandomForestClassifier().fit(train)',
      stale({ type: 'upstream-stale', variable: 'train', cell: 'id2' }),
    ),
    cell(4, 'joblib.dump(forest, "out/model.joblib")', { unreached: ['os.urandom'] }),
    cell(5, 'check(forest)', { status: 'error' }),
  ] as const;
  const [load, split, fit, save, check] = cells;
  return {
    ...documentOf(
      [
        ...cells,
        df,
        train,
        forest,
        wine,
        model,
        { id: 'commit:abc', kind: 'commit', label: 'commit abc1234' },
      ],
      [
        edge(wine, load, 'read'),
        edge(load, df, 'wrote'),
        edge(df, split, 'read'),
        edge(split, train, 'wrote'),
        edge(train, fit, 'read'),
        edge(fit, forest, 'wrote'),
        edge(forest, save, 'read'),
        edge(save, model, 'wrote'),
        edge(forest, check, 'read', 'static'),
      ],
    ),
    notObserved: ['what native code wrote'],
  };
})();

/** Each cell writes a variable, and reads that of the cell before and that of one long before. */
export function long(count: number): LineageDocument {
  const cells = Array.from({ length: count }, (_, i) =>
    cell(i, `value_${i} = compute(value_${Math.max(i - 1, 0)})`),
  );
  const variables = cells.map((_, i) => variable(`value_${i}`, 'float'));
  const files = cells.flatMap((_, i) => (i % 10 === 0 ? [file(`out/step_${i}.csv`)] : []));
  const edges = cells.flatMap((each, i) => [
    edge(each, variables[i] as LineageNode, 'wrote'),
    ...(i === 0 ? [] : [edge(variables[i - 1] as LineageNode, each, 'read')]),
    ...(i < 7 || i % 3 !== 0 ? [] : [edge(variables[i - 7] as LineageNode, each, 'read')]),
    ...(i % 10 === 0 ? [edge(each, files[i / 10] as LineageNode, 'wrote')] : []),
  ]);
  return documentOf([...cells, ...variables, ...files], edges);
}

/** Everything comes from the first cell, and nothing else from anything but the cell above: most lines pass beside the boxes. */
export function fan(count: number): LineageDocument {
  const cells = Array.from({ length: count }, (_, i) => cell(i, `value_${i} = compute()`));
  const variables = cells.map((_, i) => variable(`value_${i}`, 'float'));
  const edges = cells.flatMap((each, i) => [
    edge(each, variables[i] as LineageNode, 'wrote'),
    ...(i === 0 ? [] : [edge(variables[0] as LineageNode, each, 'read')]),
    ...(i < 2 ? [] : [edge(variables[i - 1] as LineageNode, each, 'read')]),
  ]);
  return documentOf([...cells, ...variables], edges);
}

export const hostile = ((): LineageDocument => {
  const bad = `${HOSTILE}\u202eevil\u001b[2J`;
  const [name, path] = [variable(bad, bad), file(bad)];
  const only = cell(0, bad, { ...stale({ type: 'input-changed', variable: bad }), notObserved: [bad] });
  return {
    ...documentOf(
      [only, name, path, { id: 'x', kind: 'commit', label: bad }],
      [
        edge(path, only, 'read'),
        edge(only, name, 'wrote'),
        { from: 'nowhere', to: only.id, kind: 'read', seen: 'static' },
      ],
      `${HOSTILE}.ipynb`,
    ),
    notObserved: [bad],
  };
})();
