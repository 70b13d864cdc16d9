/** Who shows the page: a panel of the editor, or a plain browser, in which the page holds its document itself. */
import { asToLineagePage, type FromLineagePage, type ToLineagePage } from '../../src/lineage/page';

type Editor = { postMessage(message: FromLineagePage): void; setState(state: unknown): void };

declare const acquireVsCodeApi: (() => Editor) | undefined;

export class Host {
  private readonly editor = typeof acquireVsCodeApi === 'function' ? acquireVsCodeApi() : undefined;

  listen(show: (message: ToLineagePage) => void): void {
    const take = (value: unknown): void => {
      const message = asToLineagePage(value);
      if (message === undefined) return;
      if (message.state !== undefined) this.editor?.setState(message.state);
      show(message);
    };
    if (this.editor === undefined) take(held('message'));
    else {
      window.addEventListener('message', (event) => take(event.data));
      this.post({ type: 'ready' });
    }
  }

  post(message: FromLineagePage): void {
    this.editor?.postMessage(message);
  }
}

/** What the page was made with. */
export function held(id: string): unknown {
  return JSON.parse(document.getElementById(id)?.textContent ?? 'null');
}
