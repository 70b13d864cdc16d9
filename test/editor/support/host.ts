import type * as VSCode from 'vscode';
import type { Bridge } from './bridge';

type Api = typeof VSCode;

/** What comes out of a cell, as a person sees it. */
export type CellOutputs = {
  kind: 'code' | 'markup';
  /** nbformat id, where the notebook has them */
  id?: string;
  /** the number in brackets; undefined where the cell has not run */
  order?: number;
  /** undefined where the cell has not run or is running */
  success?: boolean;
  /** each output's items by MIME type; pictures as base64 */
  outputs: Record<string, string>[];
};

/** An extension host in which the bridge runs: what tests ask and tell VS Code beside its screen. */
export abstract class ExtensionHost {
  protected readonly bridge: Bridge;

  constructor(bridge: Bridge) {
    this.bridge = bridge;
  }

  /** @returns its process id, once it answers. */
  abstract extensionHost(): Promise<number>;

  /**
   * Runs a function in the extension host. It is sent as text: it can use what it is given and nothing else of the
   * test's file.
   * @param arg goes through JSON, and so does what the function returns.
   */
  async evaluate<R>(run: (vscode: Api) => R | PromiseLike<R>): Promise<R>;
  async evaluate<R, A>(run: (vscode: Api, arg: A) => R | PromiseLike<R>, arg: A): Promise<R>;
  async evaluate<R, A>(run: (vscode: Api, arg: A) => R | PromiseLike<R>, arg?: A): Promise<R> {
    return (await this.bridge.run(await this.extensionHost(), run.toString(), arg)) as R;
  }

  /** Executes a command and waits for it to end. Its result is not passed on; use `evaluate` for that. */
  async command(id: string, ...args: unknown[]): Promise<void> {
    await this.evaluate(
      async (vscode, call) => {
        await vscode.commands.executeCommand(call.id, ...call.args);
      },
      { id, args },
    );
  }

  /** @returns the notebook's URI, once it is open and in front. */
  openNotebook(file: string): Promise<string> {
    return this.evaluate(async (vscode, name) => {
      const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(name));
      await vscode.window.showNotebookDocument(notebook);
      return notebook.uri.toString();
    }, file);
  }

  /** @param uri of an open notebook */
  cellOutputs(uri: string): Promise<CellOutputs[]> {
    return this.evaluate((vscode, wanted): CellOutputs[] => {
      const notebook = vscode.workspace.notebookDocuments.find(({ uri }) => uri.toString() === wanted);
      if (notebook === undefined) throw new Error(`${wanted} is not open`);
      return notebook.getCells().map((cell) => ({
        kind: cell.kind === vscode.NotebookCellKind.Code ? 'code' : 'markup',
        id: cell.metadata['id'] as string | undefined,
        order: cell.executionSummary?.executionOrder,
        success: cell.executionSummary?.success,
        outputs: cell.outputs.map(({ items }) => {
          const texts: Record<string, string> = {};
          for (const { mime, data } of items) {
            const encoding = /^image\/(?!svg)/.test(mime) ? 'base64' : 'utf8';
            texts[mime] = (texts[mime] ?? '') + Buffer.from(data).toString(encoding);
          }
          return texts;
        }),
      }));
    }, uri);
  }
}
