/** What a cluster refuses, and what can be done about it, in words. */
import type { User } from '@kubernetes/client-node';
import { Failure } from '../notebook/failure';

/** An answer of the API server that is no good one, or none at all. */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly path: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }

  static of(status: number, said: string, path: string): ApiError {
    try {
      const { message = said, reason = '' } = JSON.parse(said) as { message?: string; reason?: string };
      return new ApiError(status, reason, message, path);
    } catch {
      return new ApiError(status, '', said.slice(0, 500), path);
    }
  }

  static unreachable(error: Error & { code?: string }, server: string): ApiError {
    return new ApiError(
      0,
      error.name === 'AbortError' ? error.name : (error.code ?? error.name),
      error.message,
      server,
    );
  }

  /** The same request may well be answered in a moment. */
  get isPassing(): boolean {
    return this.status === 0 ? this.reason !== 'AbortError' : this.status === 429 || this.status >= 500;
  }
}

/** As people are told. @param what was being done, as "submit the run" */
export function explained(error: unknown, what: string): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof ApiError)) throw error;
  const { status, reason, message, path } = error;
  const failure = (why: string, sentence: string) =>
    new Failure('infrastructure', why, `Cannot ${what}: ${sentence}`);
  if (status === 0)
    return failure(
      'cluster-unreachable',
      `${path} does not answer (${reason}: ${message}). Is the network there, and is it the right context?`,
    );
  if (status === 401)
    return failure(
      'credentials',
      'the cluster does not know you (any more). Log in again as you do for kubectl, then repeat this command.',
    );
  if (status === 403)
    return failure(
      'forbidden',
      `${firstSentence(message)}. Whoever runs the cluster can grant it: deploy/README.md has the Role.`,
    );
  if (status === 404) return failure('not-found', `${firstSentence(message)}.`);
  if (status === 409) return failure('conflict', `${firstSentence(message)}.`);
  if (status === 413 || status === 422) return failure('refused', `the cluster refuses it: ${message}`);
  return failure(
    'cluster',
    `the cluster answered ${status}${reason ? ` ${reason}` : ''}: ${firstSentence(message)}.`,
  );
}

/** A plugin of the kubeconfig gave no credentials. An editor's PATH is often shorter than a terminal's. */
export function credentialsFailure(error: unknown, user: User | null): Failure {
  const plugin = (user?.exec as { command?: string } | undefined)?.command;
  const said = error instanceof Error ? error.message : String(error);
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT' || /ENOENT|not found/.test(said);
  if (plugin !== undefined && isMissing) {
    return new Failure(
      'infrastructure',
      'credentials',
      `The kubeconfig takes its credentials from \`${plugin}\`, which is not on the PATH here. An editor that was not started from a terminal has a ` +
        'shorter PATH: start it with `code .` from a shell where kubectl works, or write the full path of the plugin into the kubeconfig.',
    );
  }
  return new Failure(
    'infrastructure',
    'credentials',
    `The kubeconfig gives no credentials${plugin === undefined ? '' : ` (\`${plugin}\`)`}: ${firstSentence(said)}.`,
  );
}

function firstSentence(message: string): string {
  return message.split('\n')[0]!.replace(/\.$/, '').slice(0, 400);
}
