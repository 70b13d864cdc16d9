import { afterEach } from 'vitest';
import { Editor, failureFolder } from './editor';

/** What was on the screen and in the logs when a test failed. */
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail' || Editor.running.size === 0) return;
  const folder = failureFolder(task.name);
  for (const editor of Editor.running) await editor.report(folder);
  console.error(`"${task.name}" failed. Pictures and logs: ${folder}`);
});
