/** Runs that were given the same address: what one puts there takes the place of what the other put. */
import type { Store } from '../lineage/store';
import { listedStates } from './listing';
import type { Prepared } from './prepare';
import type { Check } from './preflight';

const FIX =
  'Give each run an address of its own; where the store takes it, {run} in an address stands for the run.';

/** What is said before a run takes the place of another's files or results. */
export function sharing(store: Store, { request: { run }, bundle, places }: Prepared): Check[] {
  // Of one that came to nothing nobody wants anything.
  const others = listedStates(store).filter((state) => state.run !== run && state.failure === undefined);
  const fetching = others.find(
    ({ stage, places: theirs, bundle: { sha256 } }) =>
      places.bundle !== undefined &&
      theirs?.bundle === places.bundle &&
      // The same files are no others.
      sha256 !== bundle.sha256 &&
      (stage === 'submitting' || stage === 'submitted'),
  );
  const putting = others.filter(
    ({ places: theirs }) => places.results !== undefined && theirs?.results === places.results,
  );
  const wanted = putting.find(({ stage }) => ['submitting', 'submitted', 'followed'].includes(stage));
  const here = putting.find(({ stage }) => stage === 'collected' || stage === 'cleaned');
  const checks: Check[] = [];
  if (fetching !== undefined) {
    const words = `Run ${fetching.run} may not have fetched its files yet from the address that these would be put to`;
    checks.push({ what: 'inputs', state: 'bad', words, fix: `${FIX} ${finished(fetching.run)}` });
  }
  if (wanted !== undefined) {
    const words = `The results of run ${wanted.run} are put to the same address, and are not here yet: one would take the place of the other`;
    checks.push({ what: 'results', state: 'bad', words, fix: `${FIX} ${finished(wanted.run)}` });
  } else if (here !== undefined) {
    const words = `At the address of the results these take the place of those of run ${here.run}, which are here. ${FIX}`;
    checks.push({ what: 'results', state: 'note', words });
  }
  return checks;
}

function finished(run: string): string {
  return `Or bring that one to its end first: reprise attach ${run}, or reprise delete ${run}.`;
}
