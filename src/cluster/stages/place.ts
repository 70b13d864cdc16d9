import type { Api } from '../api';
import type { FlavourKind } from '../manifests/flavours';
import type { Making, Prepared } from '../prepare';
import type { Check } from '../preflight';

/** What every stage of a run has: the cluster, what the run is made from and becomes there, and who is told. */
export type Place = { api: Api; making: Making; flavour: FlavourKind; telling: Telling };

export type Telling = {
  onNotice: (notice: string) => void;
  /** Nothing will be sent: what else a run would only find out on its way is asked too. */
  isRehearsal?: boolean;
  /** Told what was looked at before anything is sent. */
  onChecks?: (checks: readonly Check[]) => void;
  /** Given what would be sent; then nothing is. */
  onPrepared?: (
    prepared: Pick<Prepared, 'request' | 'inputs' | 'way' | 'secrets' | 'push'>,
  ) => void | Promise<void>;
  /** Told how much of the bundle a pod has that waits for it, in bytes. */
  onBrought?: (bytes: number, of: number) => void;
  /** Told how much of the results is here, in bytes. */
  onFetched?: (bytes: number, of: number) => void;
};
