/** nbformat outputs as VS Code's, so that its notebook serializer writes back what the kernel sent. */
import * as vscode from 'vscode';
import type { Json } from '../../notebook/digest';
import { isJsonMime, oneText, type ErrorOutput, type Output } from '../../notebook/output';

const TEXT_MIMES = new Set(['application/javascript', 'image/svg+xml', 'application/x-latex']);

export function cellOutput(output: Output): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput(outputItems(output), outputMetadata(output));
}

export function outputItems(output: Output): vscode.NotebookCellOutputItem[] {
  if (output.output_type === 'stream') return [streamItem(output.name, oneText(output.text))];
  if (output.output_type === 'error') return [errorItem(output)];
  return Object.entries(output.data).map(([mime, value]) => dataItem(mime, value));
}

export function streamItem(name: string, text: string): vscode.NotebookCellOutputItem {
  const { NotebookCellOutputItem: Item } = vscode;
  return name === 'stderr' ? Item.stderr(text) : Item.stdout(text);
}

/** Names that the editor's own notebook serializer looks for. */
function outputMetadata(output: Output): Record<string, unknown> {
  const { output_type: outputType } = output;
  if (output.output_type === 'stream') return { outputType };
  if (output.output_type === 'error') return { outputType, originalError: output };
  const { metadata, execution_count, transient } = output;
  return {
    outputType,
    metadata: metadata ?? {},
    ...(outputType === 'execute_result' ? { executionCount: execution_count } : {}),
    ...(transient ? { transient } : {}),
  };
}

function errorItem({ ename, evalue, traceback }: ErrorOutput): vscode.NotebookCellOutputItem {
  return vscode.NotebookCellOutputItem.error({ name: ename, message: evalue, stack: traceback.join('\n') });
}

function dataItem(mime: string, value: Json): vscode.NotebookCellOutputItem {
  const { NotebookCellOutputItem: Item } = vscode;
  if (isJsonMime(mime) || (typeof value === 'object' && !Array.isArray(value))) {
    return Item.text(typeof value === 'string' ? value : JSON.stringify(value), mime);
  }
  const joined = Array.isArray(value) ? (value as string[]).join('') : String(value);
  if (mime.startsWith('image/') && !TEXT_MIMES.has(mime)) {
    return new Item(Buffer.from(joined, 'base64'), mime);
  }
  return Item.text(joined, mime);
}

/** Whether a cell shows these outputs already. */
export function shows(cell: vscode.NotebookCell, outputs: readonly vscode.NotebookCellOutput[]): boolean {
  return (
    cell.outputs.length === outputs.length &&
    cell.outputs.every((shown, at) => sameItems(shown.items, outputs[at]!.items))
  );
}

function sameItems(
  shown: readonly vscode.NotebookCellOutputItem[],
  wanted: readonly vscode.NotebookCellOutputItem[],
): boolean {
  return (
    shown.length === wanted.length &&
    wanted.every(({ mime, data }) =>
      shown.some((item) => item.mime === mime && Buffer.compare(item.data, data) === 0),
    )
  );
}
