/** A notebook that uses a GPU: what is switched on there, and what has no form that repeats. */
import { argumentOf, holds } from '../arguments';
import type { Judged } from '../judged';
import type { Seen, SeenCall, Value } from '../python/values';
import { GPU_APIS, isBefore } from '../rules/gpu';
import type { Versions } from './index';

type Framework = {
  rule: string;
  /** Does this show that it computes on a GPU? */
  isUsed: (call: SeenCall) => boolean;
  /** Does this make it repeat there? */
  isSet: (seen: Seen) => boolean;
};

const FRAMEWORKS: Record<'torch' | 'tensorflow' | 'jax', Framework> = {
  torch: {
    rule: 'pt-det-algos',
    isUsed: ({ api, args }) => {
      if (/^torch\.cuda\.(is_available|current_device|device_count|set_device|empty_cache)$/.test(api))
        return true;
      if (/^\?\.cuda$|^torch\.\S+\.cuda$/.test(api)) return true;
      return (
        (api === 'torch.device' || /\.to$/.test(api)) && args.some(({ value }) => /^cuda/.test(textOf(value)))
      );
    },
    isSet: (seen) => {
      if (seen.seen !== 'call') return false;
      if (seen.api === 'lightning.Trainer') return isTrue(seen, 'deterministic');
      if (
        seen.api === 'torch.set_deterministic_debug_mode' ||
        seen.api === 'transformers.enable_full_determinism'
      )
        return true;
      return (
        seen.api === 'torch.use_deterministic_algorithms' &&
        isTrue(seen, 'mode', 0) &&
        !isTrue(seen, 'warn_only')
      );
    },
  },
  tensorflow: {
    rule: 'tf-op-determinism-missing',
    isUsed: ({ api, args }) => {
      if (
        /^tensorflow\.(config\.experimental\.set_memory_growth|test\.(is_gpu_available|gpu_device_name)|distribute\.MirroredStrategy)$/.test(
          api,
        )
      )
        return true;
      const names = /^tensorflow\.(config\.(experimental\.)?list_(physical|logical)_devices|device)$/;
      return names.test(api) && args.some(({ value }) => /gpu/i.test(textOf(value)));
    },
    isSet: (seen) =>
      (seen.seen === 'call' && seen.api === 'tensorflow.config.experimental.enable_op_determinism') ||
      (seen.seen === 'setting' && seen.api === 'os.environ.TF_DETERMINISTIC_OPS'),
  },
  jax: {
    rule: 'jax-gpu-nondet',
    isUsed: ({ api, args }) =>
      /^jax\.(local_)?devices$/.test(api) &&
      args.some(({ value }) => /^(gpu|cuda|rocm)$/.test(textOf(value))),
    isSet: (seen) =>
      seen.seen === 'setting' &&
      seen.api === 'os.environ.XLA_FLAGS' &&
      /deterministic/.test(textOf(seen.value)),
  },
};

const PACKAGE = { torch: 'torch', tensorflow: 'tensorflow', jax: 'jax' };

export function gpu(seen: readonly Seen[], versions: Versions): Judged[] {
  return (['torch', 'tensorflow', 'jax'] as const).flatMap((name) => {
    const { rule, isUsed, isSet } = FRAMEWORKS[name];
    const isImported = seen.some((each) => each.seen === 'import' && each.path.startsWith(name));
    if (!isImported) return [];
    const used = seen.find((each): each is SeenCall => each.seen === 'call' && isUsed(each));
    if (used === undefined) return [];
    const operations = seen.flatMap((each) =>
      each.seen === 'call' ? operation(each, versions[PACKAGE[name]]) : [],
    );
    const half = seen.find((each): each is SeenCall => each.seen === 'call' && isHalf(each));
    if (half)
      return [{ ...placeOf(half), rule, verdict: 'nondeterministic-operation' as const }, ...operations];
    if (seen.some(isSet)) return operations;
    return [{ ...placeOf(used), rule, verdict: 'nondeterministic-operation' as const }, ...operations];
  });
}

/** `use_deterministic_algorithms(False)`, or with `warn_only=True`, which leaves attention as it is. */
function isHalf(call: SeenCall): boolean {
  if (call.api !== 'torch.use_deterministic_algorithms') return false;
  const mode = argumentOf(call, ['mode'], 0);
  const isOff = mode.is === 'given' && mode.value.kind === 'constant' && mode.value.value === false;
  return isOff || isTrue(call, 'warn_only');
}

function operation(call: SeenCall, version: string | undefined): Judged[] {
  const rows = GPU_APIS.get(call.api) ?? [];
  return rows
    .filter((row) => holds(call, row.when) && (row.until === undefined || isBefore(version, row.until)))
    .map((row) => ({ ...placeOf(call), rule: row.rule, verdict: 'nondeterministic-operation' }));
}

function placeOf(call: SeenCall): Pick<Judged, 'api' | 'cell' | 'range' | 'call'> {
  return { api: call.api, cell: call.cell, range: call.call.callee, call };
}

function isTrue(call: SeenCall, name: string, at?: number): boolean {
  const given = argumentOf(call, [name], at);
  return given.is === 'given' && given.value.kind === 'constant' && given.value.value === true;
}

function textOf(value: Value): string {
  return value.kind === 'constant' ? String(value.value) : '';
}
