import { describe, expect, it } from 'vitest';
import { Settings, SETTINGS } from '../../../src/vscode/settings';

function settings(values: Record<string, unknown>, folder?: string): Settings {
  return new Settings((key) => ({ value: values[key], ...(folder ? { folder } : {}) }), '/home/ada');
}

describe('the setting', () => {
  it.each([
    ['', undefined],
    ['   ', undefined],
    [null, undefined],
    ['/usr/bin/python3', '/usr/bin/python3'],
    [' /usr/bin/python3 ', '/usr/bin/python3'],
    ['~/env/bin/python', '/home/ada/env/bin/python'],
    ['.venv/bin/python', '/work/study/.venv/bin/python'],
    ['../env/bin/python', '/work/env/bin/python'],
    ['python3.12', 'python3.12'],
  ])('reprise.python %j is the interpreter %j', (value, python) => {
    expect(settings({ [SETTINGS.python]: value }, '/work/study').python('file:///a.ipynb')).toBe(python);
  });

  it('reprise.python is left as it is where the notebook lies in no folder of the workspace', () => {
    expect(settings({ [SETTINGS.python]: 'env/bin/python' }).python('file:///a.ipynb')).toBe(
      'env/bin/python',
    );
  });

  it('reprise.jupyterServer is absent when it is empty', () => {
    expect(settings({ [SETTINGS.jupyterServer]: '' }).jupyterServer()).toBeUndefined();
    const url = 'http://localhost:8888/';
    expect(settings({ [SETTINGS.jupyterServer]: url }).jupyterServer()).toBe(url);
  });

  it.each([
    [90, 90],
    [undefined, 60],
    ['90', 60],
    [0, 60],
    [Number.NaN, 60],
  ])('reprise.startTimeout %j is %j seconds', (value, seconds) => {
    expect(settings({ [SETTINGS.startTimeout]: value }).startSeconds('file:///a.ipynb')).toBe(seconds);
  });

  it.each([
    [undefined, {}],
    ['off', {}],
    [null, {}],
    [
      { 'py-time-now': 'off', 'pd-sample': 'fatal', 'np-legacy-unseeded': 'error' },
      { 'py-time-now': 'off', 'np-legacy-unseeded': 'error' },
    ],
  ])('reprise.lint.rules %j is %j', (value, rules) => {
    expect(settings({ [SETTINGS.lintRules]: value }).lintRules('file:///a.ipynb')).toEqual(rules);
  });

  it.each([
    [undefined, []],
    ['drafts/**', []],
    [['drafts/**', 3, ''], ['drafts/**']],
  ])('reprise.lint.exclude %j is %j', (value, globs) => {
    expect(settings({ [SETTINGS.lintExclude]: value }).lintExclude('file:///a.ipynb')).toEqual(globs);
  });
});
