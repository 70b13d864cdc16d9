/** The lineage page as HTML, and as a file that a plain browser opens. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { visible } from '../notebook/visible';
import type { CellNode, LineageDocument } from './graph';
import { type Asset, escaped, pageHtml, type PageParts } from './html';
import type { ToLineagePage } from './page';

/** Script, styles and layout program of the page, as the build leaves them in `dist`. */
export type LineageAssets = { script: Asset; styles: Asset[]; worker: string };

/** @param dist the folder that holds the bundles */
export function lineageAssets(dist: string): LineageAssets {
  const text = (file: string): { text: string } => ({ text: readFileSync(path.join(dist, file), 'utf8') });
  return {
    script: text('lineage.js'),
    styles: [text('theme.css'), text('lineage.css')],
    worker: text('lineage-layout.js').text,
  };
}

/** One file that holds all that it shows, needs no server, and reads without a script in its essentials. */
export function lineageHtml(
  document: LineageDocument,
  assets: LineageAssets,
  nonce = randomBytes(16).toString('hex'),
): string {
  const message: ToLineagePage = { type: 'show', document, opens: false };
  return lineagePage({ ...assets, nonce, message }, plainLineage(document));
}

export function lineagePage(
  { worker, ...parts }: Omit<PageParts, 'message'> & { worker: string; message?: ToLineagePage },
  plain = '',
): string {
  return pageHtml('lineage', parts, { plain, worker });
}

/**
 * Writes the page and shows it, where the platform has something to show it with.
 * @param options `out`: the file, else a new one below the temporary folder; `dist`: the folder that holds the bundles
 * @returns the file's absolute path
 */
export function openLineagePage(
  document: LineageDocument,
  { dist, out, open = true }: { dist: string; out?: string; open?: boolean },
): string {
  const name = `${path.posix.basename(document.notebook).replace(/[^\w.-]/g, '-') || 'notebook'}.lineage.html`;
  const file = path.resolve(out ?? path.join(mkdtempSync(path.join(tmpdir(), 'reprise-lineage-')), name));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, lineageHtml(document, lineageAssets(dist)));
  if (open) openFile(file);
  return file;
}

/** Nothing happens where there is no opener, such as over SSH. */
function openFile(file: string): void {
  const [command, ...before] = { darwin: ['open'], win32: ['explorer.exe'] }[process.platform as string] ?? [
    'xdg-open',
  ];
  const opener = spawn(command as string, [...before, file], { detached: true, stdio: 'ignore' });
  opener.on('error', () => undefined);
  opener.unref();
}

function plainLineage({ notebook, nodes, edges }: LineageDocument): string {
  const names = new Map(nodes.map((node) => [node.id, nameOf(node)]));
  const cells = nodes.filter((node) => node.kind === 'cell').sort((a, b) => a.seq - b.seq);
  const listed = (ids: string[]): string => [...new Set(ids.map((id) => names.get(id) ?? ''))].join(', ');
  const items = cells.map((cell: CellNode) => {
    const reads = listed(
      edges.filter(({ to, kind }) => to === cell.id && kind === 'read').map(({ from }) => from),
    );
    const writes = listed(edges.filter(({ from }) => from === cell.id).map(({ to }) => to));
    const said = [
      `cell ${cell.cell.index}`,
      cell.title,
      ...(cell.state?.status === 'stale' ? ['stale'] : []),
      ...(reads === '' ? [] : [`reads ${reads}`]),
      ...(writes === '' ? [] : [`writes ${writes}`]),
    ];
    return `<li>${escaped(visible(said.join(' · ')))}</li>`;
  });
  return `<main class="plain"><h1>${escaped(visible(notebook))}</h1><ol>${items.join('\n')}</ol></main>`;
}

function nameOf(node: LineageDocument['nodes'][number]): string {
  if (node.kind === 'cell') return `cell ${node.cell.index}`;
  if (node.kind === 'variable') return node.name;
  return node.kind === 'file' ? node.path : node.label;
}
