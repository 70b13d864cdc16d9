/** What is measured: plain, under each policy, and `full` less one setting at a time. */
import { kernelEnvironment, type EnvironmentOptions, type Policy } from '../../determinism/policy';
import { inForce, type Setting } from '../../determinism/settings';
import type { RunRecord } from '../../lineage/record';
import type { Ablation, VariantName } from './document';

export type Variant = {
  name: VariantName | `full without ${string}`;
  policy: Policy;
  records: boolean;
  without: string[];
};

const variant = (name: VariantName, policy: Policy, records = true): Variant => ({
  name,
  policy,
  records,
  without: [],
});

export const PLAIN = variant('plain', 'observe', false);
export const OBSERVE = variant('observe', 'observe');
export const CLOSE = variant('close', 'close');
export const FULL = variant('full', 'full');

export function less({ id }: Setting): Variant {
  return { name: `full without ${id}`, policy: 'full', records: true, without: [id] };
}

/**
 * Settings of `full` that a run may feel, and those that it cannot: their library was not loaded, or the user's own
 * environment says the same.
 */
export function ablated(
  record: Pick<RunRecord, 'header' | 'loaded'>,
  options: EnvironmentOptions,
): { rows: Setting[]; leftOut: Ablation['leftOut'] } {
  const present = loadedIn(record);
  const leftOut: Ablation['leftOut'] = [];
  const rows = inForce('full').filter((row) => {
    const why = idle(row, present, options);
    if (why !== undefined) leftOut.push({ without: row.id, why });
    return why === undefined;
  });
  return { rows, leftOut };
}

function idle(
  { id, needs, variable }: Setting,
  present: Set<string>,
  options: EnvironmentOptions,
): Ablation['leftOut'][number]['why'] | undefined {
  if (needs?.every((name) => !present.has(name))) return 'not-loaded';
  if (variable === undefined || id === 'hash-seed') return undefined;
  const set = kernelEnvironment('full', '', options)[variable.name];
  return set === options.given[variable.name] ? 'set-already' : undefined;
}

/** Frameworks by what the record saw of them; packages that leave no such trace, by being installed. */
function loadedIn({ header, loaded }: Pick<RunRecord, 'header' | 'loaded'>): Set<string> {
  const installed = Object.keys(header.environment.packages ?? {}).map((name) => name.toLowerCase());
  const untraced = ['scikit-learn', 'numexpr', 'polars', 'xgboost', 'lightgbm'].filter((name) =>
    installed.some((each) => each === name || each === `${name}-cpu`),
  );
  const libraries = (loaded?.libraries ?? []).flatMap(({ name, api }) => [
    api,
    name.startsWith('mkl') ? 'mkl' : name,
  ]);
  const frameworks = (['torch', 'tensorflow', 'jax'] as const).filter((name) => loaded?.[name]);
  return new Set([...untraced, ...libraries, ...frameworks, ...(loaded?.dispatch ? ['numpy'] : [])]);
}
