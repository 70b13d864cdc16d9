/** Interrupting a cell that may not heed the first time (microsoft/vscode-jupyter#2158), or ever (#4620). */
export type Interruptible = {
  isBusy(): boolean;
  send(): Promise<void>;
  offerRestart(): Promise<void>;
};

export const AGAIN_MS = 3000;
export const OFFER_MS = 8000;

export class Interruption {
  private timers: NodeJS.Timeout[] = [];
  private offered = false;

  constructor(private readonly kernel: Interruptible) {}

  /** Each press interrupts; what is still running after a while is interrupted again, then a restart is offered. */
  async press(): Promise<void> {
    const isFirst = this.timers.length === 0;
    if (isFirst) {
      this.timers = [
        setTimeout(() => void this.sendAgain(), AGAIN_MS),
        setTimeout(() => this.offer(), OFFER_MS),
      ];
    }
    await this.kernel.send();
  }

  /** Nothing runs any more. */
  settle(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
    this.offered = false;
  }

  private async sendAgain(): Promise<void> {
    if (this.kernel.isBusy()) await this.kernel.send().catch(() => undefined);
  }

  private offer(): void {
    this.timers = [];
    if (!this.kernel.isBusy() || this.offered) return;
    this.offered = true;
    void this.kernel.offerRestart().finally(() => (this.offered = false));
  }
}
