import { expect, it } from 'vitest';
import { logTo } from '../../../src/vscode/log';

it('keeps the home directory out of the log', () => {
  const lines: string[] = [];
  const take = (text: string) => lines.push(text);
  const log = logTo({ info: take, warn: take, error: take, show: () => undefined }, '/home/ada');
  log.info('reprise replay --python /home/ada/env/bin/python');
  log.warn('/home/ada and /home/ada/x');
  log.error('/opt/python');
  expect(lines).toEqual(['reprise replay --python ~/env/bin/python', '~ and ~/x', '/opt/python']);
});
