import { describe, expect, it } from 'vitest';
import { asFromPage, asPanelState, asToPage } from '../../../src/replay/report/report';
import { reportHtml } from '../../../src/replay/report/page';
import { onlyRecorded, HOSTILE } from '../../webview/reports';

describe('messages of the page', () => {
  it.each([
    { type: 'ready' },
    { type: 'replay' },
    { type: 'record' },
    { type: 'cell', id: 'a1', cell: 0 },
    { type: 'cell', id: 'a1', cell: 7, line: 3 },
  ])('are taken: %j', (message) => {
    expect(asFromPage({ ...message, further: 1 })).toEqual(message);
  });

  it.each([
    null,
    'replay',
    [],
    {},
    { type: 'run', code: 'x' },
    { type: 'cell' },
    { type: 'cell', id: 7, cell: 0 },
    { type: 'cell', id: 'x'.repeat(201), cell: 0 },
    { type: 'cell', id: 'a', cell: -1 },
    { type: 'cell', id: 'a', cell: 1.5 },
    { type: 'cell', id: 'a', cell: 1, line: 0 },
    { type: 'cell', id: 'a', cell: 1, line: '2' },
  ])('are not taken: %j', (message) => {
    expect(asFromPage(message)).toBeUndefined();
  });
});

describe('messages to the page', () => {
  const state = { root: '/study', run: onlyRecorded.run };

  it('are taken whole', () => {
    const show = { type: 'show', report: onlyRecorded, actions: ['replay'], state };
    expect(asToPage(structuredClone(show))).toEqual(show);
    expect(asToPage({ type: 'problem', sentence: 'It is gone.' })).toEqual({
      type: 'problem',
      sentence: 'It is gone.',
    });
    expect(asToPage({ type: 'working', sentence: 'Replaying' })).toEqual({
      type: 'working',
      sentence: 'Replaying',
    });
  });

  it.each([
    undefined,
    { type: 'show', report: onlyRecorded },
    { type: 'show', report: onlyRecorded, actions: ['format-disk'] },
    { type: 'show', report: { ...onlyRecorded, schema: 'reprise/report/9' }, actions: [] },
    { type: 'show', report: { ...onlyRecorded, cells: undefined }, actions: [] },
    { type: 'show', report: { ...onlyRecorded, first: -1 }, actions: [] },
    { type: 'problem' },
    { type: 'working', sentence: {} },
  ])('are not taken in part (%#)', (message) => {
    expect(asToPage(message)).toBeUndefined();
  });
});

it('takes back only what a panel of its own kept', () => {
  expect(asPanelState({ root: '/a', run: '20260101-000000-aaaaaa', view: { top: 3 } })).toEqual({
    root: '/a',
    run: '20260101-000000-aaaaaa',
  });
  for (const other of [
    null,
    'x',
    {},
    { root: '/a' },
    { root: 1, run: 'r' },
    { root: '/a', run: '../../etc' },
  ])
    expect(asPanelState(other)).toBeUndefined();
});

describe('the HTML of the page', () => {
  const parts = { script: { text: 'const end = "</script>";' }, styles: [{ text: 'p {}' }], nonce: 'f00d' };

  it('allows nothing but its own script and style, and pictures that it holds', () => {
    expect(reportHtml(parts)).toContain(
      `content="default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; ` +
        `script-src 'nonce-f00d'; style-src 'nonce-f00d'"`,
    );
    const inEditor = reportHtml({
      script: { address: 'https://files/report.js' },
      styles: [{ address: 'https://files/report.css?a&b"' }],
      nonce: 'f00d',
      source: 'https://files',
    });
    expect(inEditor).toContain(`style-src https://files"`);
    expect(inEditor).toContain('<link rel="stylesheet" href="https://files/report.css?a&amp;b&quot;">');
    expect(inEditor).toContain('<script nonce="f00d" src="https://files/report.js"></script>');
    expect(inEditor).not.toContain('<style');
  });

  it('holds its report as data that ends no element', () => {
    const report = { ...onlyRecorded, headline: HOSTILE };
    const html = reportHtml({ ...parts, message: { type: 'show', report, actions: [] } });
    const [, data = ''] = /<script type="application\/json" id="message">(.*)<\/script>/.exec(html) ?? [];
    expect(data).not.toContain('<');
    expect(asToPage(JSON.parse(data))).toEqual({ type: 'show', report, actions: [] });
    expect(html.match(/<\/script>/g)).toHaveLength(2);
  });
});
