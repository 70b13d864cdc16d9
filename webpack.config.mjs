import path from 'node:path';

const root = import.meta.dirname;

/** Native parts that `ws` takes where it finds them, and does without elsewhere: an extension ships none. */
const NATIVE = { bufferutil: 'commonjs bufferutil', 'utf-8-validate': 'commonjs utf-8-validate' };

/** The client has a type for every object of the API: 19 MB as it is written, 2 MB without its names. */
const KUBERNETES = { '@kubernetes/client-node': 'commonjs ./kubernetes.js' };

/** A bundle of one entry, named by it. */
function bundle(mode, name, { target, entry, output, externals, minimize = false }) {
  return {
    name,
    mode,
    context: root,
    target,
    entry: { [name]: entry },
    output: { path: path.join(root, 'dist'), filename: '[name].js', ...output },
    externals,
    resolve: { extensions: ['.ts', '.js'] },
    module: {
      rules: [
        {
          test: /\.ts$/,
          exclude: /node_modules/,
          // Types are checked once, by `npm run lint`.
          use: { loader: 'ts-loader', options: { transpileOnly: true, compilerOptions: { noEmit: false } } },
        },
        { test: /\.css$/, type: 'asset/resource', generator: { filename: '[name][ext]' } },
      ],
    },
    // Names stay readable in a user's stack trace.
    optimization: { minimize, splitChunks: false },
    devtool: minimize ? false : 'source-map',
    performance: { hints: false },
  };
}

/** One bundle for the terminal and one for the editor, which run on Node 20 and later; and the report page with its style. */
export default function bundles(mode) {
  const onNode = (name, externals) =>
    bundle(mode, name, {
      target: 'node20',
      entry: `./src/${name}.ts`,
      output: { chunkFilename: `${name}.[name].js`, library: { type: 'commonjs2' } },
      externals,
    });
  const inBrowser = (name) =>
    bundle(mode, name, {
      target: ['web', 'es2022'],
      entry: [
        `./webview-ui/${name}/main.ts`,
        './webview-ui/common/theme.css',
        `./webview-ui/${name}/${name}.css`,
      ],
    });
  return [
    onNode('cli', { ...KUBERNETES, ...NATIVE }),
    bundle(mode, 'kubernetes', {
      target: 'node20',
      entry: '@kubernetes/client-node',
      output: { library: { type: 'commonjs2' } },
      externals: NATIVE,
      minimize: true,
    }),
    onNode('extension', { vscode: 'commonjs vscode', ...NATIVE }),
    inBrowser('report'),
    inBrowser('lineage'),
    bundle(mode, 'lineage-layout', {
      target: ['webworker', 'es2022'],
      entry: './webview-ui/lineage/worker.ts',
      minimize: true,
    }),
  ];
}

/** What is preloaded into JavaScript kernels: one file for every Node that they run on, which goes into `dist/agent.pyz`. */
export function agentBundle() {
  return {
    ...bundle('production', 'agent', {
      target: 'node18',
      entry: './src/agent-js/main.ts',
      output: { filename: 'agent.cjs', library: { type: 'commonjs2' } },
    }),
    devtool: false,
    // Its own file is what it knows itself by on the stack.
    node: { __filename: false },
  };
}
