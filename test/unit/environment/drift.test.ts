import { describe, expect, it } from 'vitest';
import { compareFingerprints, driftThatMatters } from '../../../src/environment/drift';
import type { Drift, Fingerprint } from '../../../src/environment/fingerprint';

const HERE: Fingerprint = {
  python: { version: '3.11.7', build: 'main Dec', implementation: 'CPython', compiler: 'GCC 12.2.0' },
  os: { system: 'Linux', release: '6.1.0', libc: 'glibc 2.36' },
  cpu: { model: 'EPYC', flags: 'a'.repeat(64), cores: 2 },
  gpus: [{ product: 'H200', driver: '570.1' }],
  packages: {},
  variables: {},
};

const drift = (before: Partial<Fingerprint>, after: Partial<Fingerprint>): Drift[] =>
  compareFingerprints({ ...HERE, ...before }, { ...HERE, ...after });

describe('what a difference can change', () => {
  it('is nothing where nothing differs', () => {
    expect(drift({}, {})).toEqual([]);
  });

  it.each([
    ['numpy', '2.3.5', '2.4.6', ['streams', 'numbers', 'order']],
    ['numpy', '2.4.5', '2.4.6', ['numbers']],
    ['scikit-learn', '1.8.0', '1.9.1', ['streams', 'numbers']],
    ['torch', '2.13.0', '2.14.1', ['streams', 'numbers']],
    ['jaxlib', '0.4.0', '0.10.2', ['streams', 'numbers']],
    ['nvidia-cudnn-cu13', '9.1', '9.2', ['numbers']],
    ['pandas', '2.2.0', '3.0.6', ['numbers', 'order']],
    ['some-package-of-yours', '1', '2', ['numbers']],
    ['ipykernel', '6.31.0', '7.4.0', ['nothing']],
    ['jupyter-client', '8.0', '8.10', ['nothing']],
    ['pytest-cov', '5.0', '6.0', ['nothing']],
    ['pip', '23.2.1', '26.3', ['nothing']],
  ])('package %s %s to %s: %j', (name, before, after, affects) => {
    expect(drift({ packages: { [name]: before } }, { packages: { [name]: after } })).toEqual([
      { what: name, kind: 'package', before, after, affects },
    ]);
  });

  it.each([
    ['PYTHONHASHSEED', ['order', 'streams']],
    ['OMP_NUM_THREADS', ['numbers']],
    ['OPENBLAS_CORETYPE', ['numbers']],
    ['NPY_DISABLE_CPU_FEATURES', ['numbers', 'order']],
    ['MKL_CBWR', ['numbers']],
    ['ATEN_CPU_CAPABILITY', ['numbers']],
    ['ONEDNN_MAX_CPU_ISA', ['numbers']],
    ['CUBLAS_WORKSPACE_CONFIG', ['numbers']],
    ['TF_ENABLE_ONEDNN_OPTS', ['streams', 'numbers']],
    ['JAX_THREEFRY_PARTITIONABLE', ['streams', 'numbers']],
    ['LC_ALL', ['order', 'numbers']],
  ])('variable %s: %j', (name, affects) => {
    expect(drift({}, { variables: { [name]: '1' } })).toEqual([
      { what: name, kind: 'variable', after: '1', affects },
    ]);
  });

  it('is none where other variables come to the same locale, or the time zone is the same', () => {
    const place = { timezone: 'UTC' };
    const before = { ...place, variables: { LANG: 'C.UTF-8' } };
    expect(drift(before, { ...place, variables: { LC_ALL: 'C.UTF-8', TZ: 'UTC' } })).toEqual([]);
    expect(drift(before, { ...place, variables: { LANG: 'C.UTF-8', LC_TIME: 'de_DE' } })).toHaveLength(1);
  });

  it.each<[string, Partial<Fingerprint>, Partial<Drift>]>([
    [
      'python patch',
      { python: { ...HERE.python, version: '3.11.9' } },
      { kind: 'python', affects: ['nothing'] },
    ],
    [
      'python minor',
      { python: { ...HERE.python, version: '3.12.1' } },
      { kind: 'python', affects: ['streams', 'numbers', 'order'] },
    ],
    ['os release', { os: { ...HERE.os, release: '6.18.0' } }, { kind: 'os', affects: ['nothing'] }],
    ['libc', { os: { ...HERE.os, libc: 'glibc 2.41' } }, { kind: 'os', affects: ['numbers'] }],
    ['cpu model', { cpu: { ...HERE.cpu, model: 'Xeon' } }, { kind: 'cpu', affects: ['numbers'] }],
    [
      'cpu flags',
      { cpu: { ...HERE.cpu, flags: 'b'.repeat(64) } },
      { kind: 'cpu', affects: ['streams', 'numbers', 'order'] },
    ],
    ['gpu', { gpus: [{ product: 'A100', driver: '570.1' }] }, { kind: 'gpu', affects: ['numbers'] }],
    ['driver', { gpus: [{ product: 'H200', driver: '580.0' }] }, { kind: 'gpu', affects: ['nothing'] }],
    ['no gpu', { gpus: [] }, { kind: 'gpu', before: 'H200', affects: ['numbers'] }],
  ])('%s', (_what, after, expected) => {
    const found = drift({}, after);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject(expected);
  });

  it.each<[string, Partial<Fingerprint>, Partial<Fingerprint>, Partial<Drift>]>([
    ['filesystem', { filesystem: 'ext4' }, { filesystem: 'overlay' }, { kind: 'os', affects: ['order'] }],
    [
      'time zone',
      { timezone: 'UTC' },
      { timezone: 'Asia/Tokyo' },
      { kind: 'variable', affects: ['numbers'] },
    ],
    [
      'locale',
      { locale: { collate: 'C', numeric: 'C', encoding: 'utf-8' } },
      { locale: { collate: 'de_DE.UTF-8', numeric: 'C', encoding: 'utf-8' } },
      { kind: 'variable', affects: ['order'] },
    ],
    [
      'text encoding',
      { locale: { collate: 'C', numeric: 'C', encoding: 'utf-8' } },
      { locale: { collate: 'C', numeric: 'C', encoding: 'ascii' } },
      { kind: 'variable', affects: ['numbers'] },
    ],
    [
      'python threading',
      { python: { ...HERE.python, threading: 'gil' } },
      { python: { ...HERE.python, threading: 'free' } },
      { kind: 'python', affects: ['order', 'streams'] },
    ],
    [
      'os distribution',
      { os: { ...HERE.os, distribution: 'Debian 12' } },
      { os: { ...HERE.os, distribution: 'Ubuntu 24.04' } },
      { kind: 'os', affects: ['nothing'] },
    ],
    [
      'cpu identity',
      { cpu: { ...HERE.cpu, identity: 'AuthenticAMD 25 1 1' } },
      { cpu: { ...HERE.cpu, identity: 'AuthenticAMD 26 2 1' } },
      { kind: 'cpu', affects: ['numbers'] },
    ],
    [
      'cpu microcode',
      { cpu: { ...HERE.cpu, microcode: '0x1' } },
      { cpu: { ...HERE.cpu, microcode: '0x2' } },
      { kind: 'cpu', affects: ['nothing'] },
    ],
    [
      'cpu affinity',
      { cpu: { ...HERE.cpu, affinity: '0-1' } },
      { cpu: { ...HERE.cpu, affinity: '2-3' } },
      { kind: 'cpu', affects: ['nothing'] },
    ],
    [
      'hypervisor',
      { cpu: { ...HERE.cpu, hypervisor: 'none' } },
      { cpu: { ...HERE.cpu, hypervisor: 'xen' } },
      { kind: 'cpu', affects: ['nothing'] },
    ],
  ])('%s, which a record of an earlier version does not say', (what, before, after, expected) => {
    const found = drift(before, after);
    expect(found).toEqual([expect.objectContaining({ what, ...expected })]);
    expect(drift({}, after)).toEqual([]);
    expect(drift(before, {})).toEqual([]);
  });

  it('is said once where a variable is why', () => {
    const [C, de] = ['C', 'de_DE.UTF-8'].map((name) => ({ collate: name, numeric: name, encoding: 'utf-8' }));
    const found = drift(
      { variables: { LC_ALL: 'C' }, locale: C!, timezone: 'UTC' },
      { variables: { LC_ALL: 'de_DE.UTF-8', TZ: 'CET' }, locale: de!, timezone: 'CET' },
    );
    expect(found.map(({ what }) => what)).toEqual(['LC_ALL', 'TZ']);
  });

  it('matters unless it changes nothing', () => {
    const found = drift({ packages: { pip: '1', numpy: '1.26.4' } }, { packages: { pip: '2' } });
    expect(driftThatMatters(found).map(({ what }) => what)).toEqual(['numpy']);
    expect(found[0]).toEqual({
      what: 'numpy',
      kind: 'package',
      before: '1.26.4',
      affects: ['streams', 'numbers', 'order'],
    });
  });
});
