/** Counts from the machine-readable reports of the test runners. */
import { existsSync, readFileSync } from 'node:fs';

/**
 * A skipped test fails the gate unless its reason begins with this word: what it needs is not on every machine. Vitest
 * reports no reasons; its tests leave theirs in their `meta` (test/optional.ts).
 */
const OPTIONAL = /^(Skipped: )?optional:/;

/** Of what a failed test said, in characters. */
const LONGEST = 160;

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} failures the failed ones, each with the first line of what it said
 * @property {string[]} skipped tests that had to run and did not
 * @property {string[]} waived why others were skipped, a reason for each
 *
 * @param {string[]} without files of tests that do not count
 * @returns {Counts | null} null when the runner left no report, that is, did not get as far as running tests.
 */
export function vitestCounts(file, without = []) {
  if (!existsSync(file)) return null;
  const counts = none();
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  for (const suite of testResults) {
    if (without.includes(suite.name)) continue;
    if (suite.status === 'failed' && suite.assertionResults.every((test) => test.status !== 'failed')) {
      addFailure(counts, suite.name, suite.message);
    }
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') counts.passed += 1;
      else if (test.status === 'failed') addFailure(counts, test.fullName, test.failureMessages?.[0]);
      else if (OPTIONAL.test(test.meta?.skipped ?? '')) counts.waived.push(test.meta.skipped);
      else counts.skipped.push(test.fullName);
    }
  }
  return counts;
}

/** @returns {string[]} paths of the files with a test or a hook that failed */
export function filesThatFailed(file) {
  if (!existsSync(file)) return [];
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
}

/** @returns {Counts} */
export function sumOf(one, other) {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    failures: [...one.failures, ...other.failures],
    skipped: [...one.skipped, ...other.skipped],
    waived: [...one.waived, ...other.waived],
  };
}

/** @returns {Counts | null} as above, from pytest's JUnit XML. */
export function pytestCounts(file) {
  if (!existsSync(file)) return null;
  const xml = readFileSync(file, 'utf8');
  const counts = none();
  for (const [, attributes, body = ''] of xml.matchAll(
    /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    const name = attribute(attributes, 'name');
    const failure = body.match(/<(?:failure|error)\b([^>]*)/);
    if (failure !== null) addFailure(counts, name, attribute(failure[1], 'message'));
    else if (/<skipped\b/.test(body)) {
      const reason = reasonOfSkip(body);
      if (OPTIONAL.test(reason)) counts.waived.push(reason);
      else counts.skipped.push(`${name} (${reason})`);
    } else counts.passed += 1;
  }
  return counts;
}

/** Of a file that was skipped whole, pytest tells the reason only in the element's text, as the printed place and reason. */
function reasonOfSkip(body) {
  const [, attributes, text = ''] = body.match(/<skipped\b([^>]*?)(?:\/>|>([\s\S]*?)<\/skipped>)/);
  return text.match(/['"]Skipped: (.*)['"]\)$/)?.[1] ?? attribute(attributes, 'message');
}

function none() {
  return { passed: 0, failed: 0, failures: [], skipped: [], waived: [] };
}

function addFailure(counts, name, message = '') {
  counts.failed += 1;
  const [said] = message.split(/\n|&#10;/);
  counts.failures.push(said === '' ? name : `${name}: ${said.slice(0, LONGEST)}`);
}

function attribute(text, name) {
  return text.match(new RegExp(`\\b${name}="([^"]*)"`))?.[1] ?? '';
}
