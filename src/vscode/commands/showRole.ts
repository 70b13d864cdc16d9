import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from '../editor';

/** Shows the Role that a run on a cluster needs, to be given to who runs the cluster. */
export const showRole: Command = {
  id: 'reprise.showRole',
  async run(editor) {
    const file = path.join(editor.installation.extension, 'deploy', 'base', 'rbac.yaml');
    await editor.openText('yaml', `${HOW}\n${readFileSync(file, 'utf8')}`);
  },
};

const HOW = `# What Reprise needs in a namespace. Put your users' group or names under subjects, then:
#   kubectl apply --namespace <namespace> -f <this file>`;
