/**
 * What stops a command: a sentence for the user that says what happened, what was kept and what to do.
 * `kind` decides the exit code; `reason` is stable and for programs.
 */
export type FailureKind = 'usage' | 'drift' | 'unverifiable' | 'infrastructure';

export class Failure extends Error {
  constructor(
    readonly kind: FailureKind,
    readonly reason: string,
    message: string,
  ) {
    super(message);
    this.name = 'Failure';
  }
}
