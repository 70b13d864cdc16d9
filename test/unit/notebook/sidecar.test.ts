import { describe, expect, it } from 'vitest';
import { readSidecar, SidecarError, sidecarPath, writeSidecar } from '../../../src/notebook/sidecar';

const minimal = '{"schema": "reprise/notebook/1"}';
const withSettings = (settings: string): string =>
  `{"schema": "reprise/notebook/1", "settings": ${settings}}`;

function failure(text: string): SidecarError {
  try {
    readSidecar(text);
  } catch (error) {
    if (error instanceof SidecarError) return error;
  }
  throw new Error('it was read');
}

describe('a sidecar', () => {
  it('lies beside the notebook', () => {
    expect(sidecarPath('study/a.b.ipynb')).toBe('study/a.b.repro.json');
  });

  it('has defaults', () => {
    expect(readSidecar(minimal).settings).toEqual({ seed: 'fresh', policy: 'close' });
  });

  it('keeps what it does not know, in a fixed order', () => {
    const text = `{
      "zeta": 1, "alpha": {"b": 1, "a": 2},
      "seal": {"cells": [{"id": "a", "raw": "1"}, {"id": "b", "cells": []}], "by": {"cells": []}, "pin": "x"},
      "settings": {"later": true, "image": "i", "tolerance": {"rtol": 0.1, "atol": 0}, "policy": "full", "seed": -7},
      "schema": "reprise/notebook/1",
      "pin": {"mine": [], "python": "3.11", "sha256": "s", "lock": "pylock.a.toml"}
    }`;
    const written = writeSidecar(readSidecar(text));
    expect(written).toBe(`{
  "schema": "reprise/notebook/1",
  "settings": {
    "seed": -7,
    "policy": "full",
    "tolerance": {
      "rtol": 0.1,
      "atol": 0
    },
    "image": "i",
    "later": true
  },
  "pin": {
    "lock": "pylock.a.toml",
    "sha256": "s",
    "python": "3.11",
    "mine": []
  },
  "seal": {
    "by": {
      "cells": []
    },
    "pin": "x",
    "cells": [
      {"id":"a","raw":"1"},
      {"id":"b","cells":[]}
    ]
  },
  "alpha": {
    "b": 1,
    "a": 2
  },
  "zeta": 1
}
`);
    expect(writeSidecar(readSidecar(written))).toBe(written);
  });

  it.each([
    ['settings.seed', withSettings('{"seed": "42"}')],
    ['settings.seed', withSettings('{"seed": 1.5}')],
    ['settings.seed', withSettings('{"seed": 9007199254740993}')],
    ['settings.policy', withSettings('{"policy": "strict"}')],
    ['settings.entropy', withSettings('{"entropy": true}')],
    ['settings.rng', withSettings('{"rng": "cell"}')],
    ['settings.tolerance', withSettings('{"tolerance": 0.1}')],
    ['settings.tolerance.atol', withSettings('{"tolerance": {"rtol": 0.1}}')],
    ['settings.tolerance.rtol', withSettings('{"tolerance": {"rtol": -1, "atol": 0}}')],
    ['settings', withSettings('[]')],
    ['pin.sha256', '{"schema": "reprise/notebook/1", "pin": {"lock": "x"}}'],
    [
      'pin.platforms',
      '{"schema": "reprise/notebook/1", "pin": {"lock": "x", "sha256": "", "python": "", "platforms": "x"}}',
    ],
    ['seal.cells', '{"schema": "reprise/notebook/1", "seal": {}}'],
  ])('is refused with the name of its field %s', (field, text) => {
    expect(failure(text)).toMatchObject({ kind: 'usage', reason: 'bad-field', field });
    expect(failure(text).message).toContain(field);
  });

  it('says which scopes streams have', () => {
    expect(failure(withSettings('{"rng": "cell"}')).message).toBe(
      'In the sidecar, settings.rng must be "session" or "per-cell"; it is "cell".',
    );
  });

  it('says which seeds fit', () => {
    expect(failure(withSettings('{"seed": 9007199254740993}')).message).toContain('9007199254740991');
  });

  it.each([
    ['not-json', '{'],
    ['conflict', '{\n<<<<<<< HEAD\n  "seal": {}\n=======\n>>>>>>> other\n}'],
    ['not-a-sidecar', '[]'],
    ['not-a-sidecar', '{"cells": []}'],
    ['unknown-schema', '{"schema": "reprise/notebook/2"}'],
  ])('is refused as %s', (reason, text) => {
    expect(failure(text).reason).toBe(reason);
  });
});
