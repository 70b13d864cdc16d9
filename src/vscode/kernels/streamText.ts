/** A stream as a terminal would show it, while it grows. */
import { applyReturns } from '../../notebook/canon/terminal';

export class StreamText {
  shown = '';
  /** Returns at the end: they cover the line only when something comes after them. */
  private returns = '';

  constructor(text: string) {
    this.add(text);
  }

  /** @returns the text to add to what is shown; undefined where what is shown has to be replaced. */
  add(more: string): string | undefined {
    const text = this.returns + more;
    const body = text.replace(/\r+$/, '');
    this.returns = text.slice(body.length);
    if (!/[\r\b]/.test(body)) {
      this.shown += body;
      return body;
    }
    const line = this.shown.lastIndexOf('\n') + 1;
    this.shown = this.shown.slice(0, line) + applyReturns(this.shown.slice(line) + body);
    return undefined;
  }
}
