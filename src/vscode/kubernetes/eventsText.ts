/** Where a run went and what the cluster said of it, as a Markdown document. */
import { inline } from './inline';
import { placeWords } from './place';

/** @param target `target.json`; texts in it may be anybody's */
export function eventsText(run: string, target: Record<string, unknown>): string {
  const { notebook, stage, namespace, name, context, image, submittedAt } = target;
  const got = (target['got'] ?? {}) as { name?: unknown; node?: unknown; gpus?: unknown };
  const end = (target['end'] ?? {}) as { status?: unknown; exit?: unknown };
  const rows: [string, unknown][] = [
    ['notebook', notebook],
    ['stage', stage],
    ['sent', submittedAt],
    ['place', placeWords({ context: textOf(context), namespace: textOf(namespace) })],
    ['object', name],
    ['image', image],
    ['pod', got.name],
    ['node', got.node],
    ['GPUs', Array.isArray(got.gpus) ? got.gpus.filter((gpu) => typeof gpu === 'string').join(', ') : ''],
    ['ended', end.status],
    ['exit code', end.exit],
  ];
  const known = rows.filter(([, value]) => textOf(value) !== undefined);
  const events = (Array.isArray(target['events']) ? target['events'] : []).map(textOf);
  const said = events.filter((event) => event !== undefined).map((event) => `- ${inline(event)}`);
  return [
    `# Run ${run}`,
    '',
    '| | |',
    '|---|---|',
    ...known.map(([what, value]) => `| ${what} | ${inline(textOf(value)!)} |`),
    '',
    '## What the cluster said',
    '',
    ...(said.length > 0 ? said : ['Nothing that was kept.']),
    '',
  ].join('\n');
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
