/** One generator for draws that go to a global one: `rng = np.random.default_rng(7)`, and then `rng.normal()`. */
import type { Fix } from '../finding';
import type { Judged } from '../judged';
import type { Notebook } from './text';

const SAME =
  'beta binomial bytes chisquare choice dirichlet exponential f gamma geometric gumbel hypergeometric laplace logistic lognormal logseries multinomial multivariate_normal negative_binomial noncentral_chisquare noncentral_f normal pareto permutation poisson power rayleigh shuffle standard_cauchy standard_exponential standard_gamma standard_normal standard_t triangular uniform vonmises wald weibull zipf';
const RENAMED: Record<string, string> = {
  ...Object.fromEntries(SAME.split(' ').map((name) => [name, name])),
  randint: 'integers',
  random: 'random',
  random_sample: 'random',
  ranf: 'random',
  sample: 'random',
};
/** They take a shape as arguments, where a generator takes it as one. */
const BY_SHAPE: Record<string, string> = { rand: 'random', randn: 'standard_normal' };

const KINDS: Record<string, { name: string; make: string; method: (name: string) => string | undefined }> = {
  'np-legacy-unseeded': {
    name: 'rng',
    make: 'default_rng',
    method: (name) => RENAMED[name] ?? BY_SHAPE[name],
  },
  'py-random-unseeded': { name: 'py_rng', make: 'Random', method: (name) => name },
};

export function sharedGenerator(judged: Judged, notebook: Notebook): Fix[] {
  const { cell, range, rule, call } = judged;
  const kind = KINDS[rule];
  const context = call?.context ?? judged.context;
  if (kind === undefined || context === undefined || context.compiled) return [];
  const [, owner, drawn] = /^([\w.]+)\.(\w+)$/.exec(notebook.text(cell, range)) ?? [];
  const method = drawn === undefined ? undefined : kind.method(drawn);
  if (owner === undefined || drawn === undefined || method === undefined) return [];
  const shape = drawn in BY_SHAPE ? shapeEdits(judged, notebook) : [];
  if (shape === undefined) return [];

  const { statement } = context;
  const place = { cell: statement.cell, at: statement.from };
  const make = `${owner}.${kind.make}(`;
  const existing = new RegExp(`^(\\w+) = ${make.replace(/[.()]/g, '\\$&')}\\d+\\)`, 'm').exec(
    notebook.before(place),
  );
  const name = existing?.[1] ?? notebook.freeName(kind.name);
  if (!existing && !notebook.beginsLine(place)) return [];
  const defined = existing ? [] : [notebook.insert(place, `${name} = ${make}${notebook.freeSeed()})\n`)];
  return [
    {
      title: existing ? `Draw from \`${name}\`` : `Draw from a generator of the notebook’s own (\`${name}\`)`,
      // A function can run in a worker, where a generator is a copy.
      safe: judged.verdict === 'unseeded' && !context.inFunction,
      edits: [...defined, notebook.replace(cell, range, `${name}.${method}`), ...shape],
    },
  ];
}

/** `rand(2, 3)` to `random((2, 3))`; undefined where what it is given is not known. */
function shapeEdits({ cell, call }: Judged, notebook: Notebook): Fix['edits'] | undefined {
  if (call === undefined || !call.call.whole) return undefined;
  const { args } = call.call;
  if (args.some(({ name, star }) => name !== undefined || star !== undefined)) return undefined;
  if (args.length < 2) return [];
  const [from, to] = [args[0]!.value.from, args.at(-1)!.value.to];
  return [notebook.insert({ cell, at: from }, '('), notebook.insert({ cell, at: to }, ')')];
}
