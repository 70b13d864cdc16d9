import type { Locked } from './locked';
import { requirementsText } from './requirements';

const PYTHON = '/opt/notebook/bin/python';

/** The user of an image that runs notebooks: those are other people's code, too. */
export const AS_NOBODY = `# Notebooks are other people's code, too.
RUN id -u 1000 >/dev/null 2>&1 || getent passwd 1000 >/dev/null || useradd --create-home --uid 1000 notebook || adduser -D -u 1000 notebook
USER 1000`;

/**
 * A Dockerfile that needs no other file: the lock is in it, wheel by wheel.
 * @param image with Python, by its digest: a tag is moved to another one
 */
export function dockerfileText(locked: Locked, image: string): string {
  const minor = locked.python.split('.').slice(0, 2).join('.');
  return `# The environment that ${locked.lock} locks. Made by "reprise export"; change the pin instead of this file.
FROM ${image}

# The interpreter is the image's: of another minor version the lock is not for.
RUN python3 -c 'import sys; assert sys.version_info[:2] == (${minor.replace('.', ', ')}), "The image has Python " + sys.version.split()[0] + ", and the lock is for ${minor}"'

COPY <<'LOCK' /opt/notebook.txt
${requirementsText(locked).trimEnd()}
LOCK
RUN python3 -m venv /opt/notebook \\
 && ${PYTHON} -m pip install --no-cache-dir --require-hashes --only-binary :all: --no-deps -r /opt/notebook.txt

${AS_NOBODY}
ENV PATH=/opt/notebook/bin:$PATH
WORKDIR /work
`;
}

/** `devcontainer.json`, beside the Dockerfile. */
export function devcontainerText({ name }: Locked): string {
  const settings = { 'reprise.python': PYTHON, 'python.defaultInterpreterPath': PYTHON };
  const document = {
    name,
    build: { dockerfile: 'Dockerfile' },
    customizations: { vscode: { extensions: ['ms-toolsai.jupyter'], settings } },
  };
  return `// Made by "reprise export"; change the pin instead of this file.\n${JSON.stringify(document, null, 2)}\n`;
}
