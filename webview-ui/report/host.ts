/** Who shows the page: a panel of the editor, or a plain browser, in which the page holds its report itself. */
import { asToPage, type FromPage, type PanelState, type ToPage } from '../../src/replay/report/report';

/** What the page looked like, so that it looks the same after it was hidden or the window reloaded. */
export type View = { open: string[]; top: number };

type Kept = Partial<PanelState> & { view?: View };
type Editor = { postMessage(message: FromPage): void; setState(state: Kept): void; getState(): unknown };

declare const acquireVsCodeApi: (() => Editor) | undefined;

export class Host {
  private readonly editor = typeof acquireVsCodeApi === 'function' ? acquireVsCodeApi() : undefined;
  private kept: Kept = keptOf(this.editor?.getState());

  /** Calls `show` for the report that the page holds, or for each that the editor sends. */
  listen(show: (message: ToPage) => void): void {
    const take = (value: unknown): void => {
      const message = asToPage(value);
      if (message === undefined) return;
      if (message.type !== 'working' && message.state !== undefined) this.keep(message.state);
      show(message);
    };
    if (this.editor === undefined) {
      take(JSON.parse(document.getElementById('message')?.textContent ?? 'null'));
    } else {
      window.addEventListener('message', (event) => take(event.data));
      this.post({ type: 'ready' });
    }
  }

  post(message: FromPage): void {
    this.editor?.postMessage(message);
  }

  get view(): View | undefined {
    return this.kept.view;
  }

  keepView(view: View): void {
    this.keep({ view });
  }

  private keep(more: Kept): void {
    this.kept = { ...this.kept, ...more };
    this.editor?.setState(this.kept);
  }
}

function keptOf(value: unknown): Kept {
  const view = (value as { view?: Partial<View> } | null | undefined)?.view;
  const { open, top } = view ?? {};
  if (!Array.isArray(open) || typeof top !== 'number') return {};
  return { view: { open: open.filter((id) => typeof id === 'string'), top } };
}
