/** A Dockerfile for a notebook in JavaScript: what is locked, put into an image with Node. */
import { LIBRARIES } from '../npm/addon';
import type { Wheel } from '../../notebook/javascriptPin';
import { AS_NOBODY } from './container';

export type NodeContainer = {
  /** As the sidecar names it. */
  lock: string;
  /** An image with Node, by its digest. */
  image: string;
  /** Versions that its Node has: `node`, `v8`. */
  engine: Record<string, string>;
  /** sha256 of files that were pinned, by path from the folder of the lock. */
  files: Record<string, string>;
  /** Folders of the packages with an addon, and what it is built against. */
  addon?: { modules: readonly string[]; wheel: Wheel };
  /** With the libraries of CUDA. */
  isForGpu: boolean;
};

/** Beside the Dockerfile: hashed wheels of the agent, and of CUDA. */
export const AGENT_LOCK = 'agent.txt';
export const CUDA_LOCK = 'cuda.txt';

const FOLDER = '/opt/notebook';
const AND = ' \\\n && ';
const PIP = `python/bin/python -m pip install --no-cache-dir --no-compile --require-hashes --only-binary :all: --no-deps`;

export function nodeDockerfileText(container: NodeContainer): string {
  const { lock, image, engine, isForGpu } = container;
  const parts = [
    `# What ${lock} locks, and the kernel that is pinned with it. Made by "reprise image"; change the pin instead of this file.
FROM ${image} AS base`,
    engineCheck(engine),
    `# The agent's Python computes nothing of the notebook's: any from 3.9 on serves.
RUN python3 -c 'import sys, ensurepip; assert sys.version_info >= (3, 9)' 2>/dev/null || ${apt('python3', 'python3-venv')}`,
    `FROM base AS build
WORKDIR ${FOLDER}
COPY ${AGENT_LOCK} ${isForGpu ? `${CUDA_LOCK} ` : ''}package.json package-lock.json ./
RUN python3 -m venv python && ${PIP} -r ${AGENT_LOCK}
RUN npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier`,
    ...addonSteps(container),
    fileCheck(container.files),
    `FROM base
COPY --from=build ${FOLDER} ${FOLDER}
ENV PATH=${FOLDER}/python/bin:$PATH NODE_PATH=${FOLDER}/node_modules${
      isForGpu ? `\nENV LD_LIBRARY_PATH=${FOLDER}/cuda/lib NVIDIA_DRIVER_CAPABILITIES=compute,utility` : ''
    }`,
    `${AS_NOBODY}
WORKDIR /work`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Deno brings its own engine, in a package. */
function engineCheck({ node, v8 }: Record<string, string>): string {
  if (node === undefined) return '';
  return `# Another V8 gives other numbers.
RUN node -e 'const {node, v8} = process.versions; if (node !== "${node}" || v8 !== "${v8}") throw \`the image has Node \${node} (V8 \${v8}), and Node ${node} (V8 ${v8}) is pinned\`'`;
}

function addonSteps({ addon, isForGpu }: NodeContainer): string[] {
  if (addon === undefined) return [];
  const { name, version, python, sha256 } = addon.wheel;
  const parts = ['include', ...LIBRARIES.map(([file]) => file)];
  const moved = parts.map((part) => `.wheel/tensorflow/${part}`).join(' ');
  return [
    `# TensorFlow's library and its headers, out of the wheel: its Python is not used.
RUN echo '${name}==${version} --hash=sha256:${sha256}' > tensorflow.txt \\
 && ${PIP} --python-version ${python} ${PLATFORMS} --target .wheel -r tensorflow.txt \\
 && mkdir tensorflow && mv ${moved} tensorflow/ && rm -r .wheel`,
    `# The addon, built against that library.
RUN command -v g++ && command -v make || ${apt('g++', 'make')}
RUN ${addon.modules.flatMap(buildSteps).join(AND)}${AND}rm -r tensorflow/include`,
    ...(isForGpu
      ? [
          `# The libraries of CUDA; the driver is the node's.
RUN ${PIP} --target cuda -r ${CUDA_LOCK} && mkdir cuda/lib && cd cuda/lib && ln -sf ../nvidia/*/lib/*.so* .`,
        ]
      : []),
  ];
}

/** Tags that pip takes for the machines on which the wheels run. */
const PLATFORMS = ['manylinux2014', 'manylinux_2_27', 'manylinux_2_28']
  .map((tag) => `--platform ${tag}_x86_64`)
  .join(' ');

/** As `buildAddons` does it here. */
function buildSteps(module: string): string[] {
  const up = '../'.repeat(module.split('/').length + 1);
  const links = LIBRARIES.flatMap(([file, linked]) => [
    `ln -s ../${up}tensorflow/${file} ${module}/deps/lib/${file}`,
    `ln -s ${file} ${module}/deps/lib/${linked}`,
  ]);
  return [
    `mkdir -p ${module}/deps/lib`,
    `ln -s ${up}tensorflow/include ${module}/deps/include`,
    ...links,
    'export npm_config_nodedir="$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")"',
    'export npm_config_node_gyp="$(npm root --global)/npm/node_modules/node-gyp/bin/node-gyp.js"',
    `node node_modules/@mapbox/node-pre-gyp/bin/node-pre-gyp -C ${module} install --build-from-source`,
    `rm -rf ${module}/build-tmp-* ${module}/deps/include`,
    `node -p "require('./$(echo ${module}/lib/napi-v*/tfjs_binding.node)').TF_Version"`,
  ];
}

/** What differs from the pin would be refused before the first cell, hours later. */
function fileCheck(files: Record<string, string>): string {
  const lines = Object.entries(files).map(([path, sha256]) => `      '${sha256}  ${path}'`);
  return `# The kernel and the library are those that were pinned.
RUN printf '%s\\n' \\
${lines.join(' \\\n')} \\
    | sha256sum --check --strict`;
}

function apt(...packages: string[]): string {
  return `{ apt-get update && apt-get install --yes --no-install-recommends ${packages.join(' ')} && rm -rf /var/lib/apt/lists/*; }`;
}
