import path from 'node:path';

const root = import.meta.dirname;

/** One bundle for the terminal, one for the editor; both run on Node 20 and later. */
export default function bundles(mode) {
  const bundle = (name, externals) => ({
    name,
    mode,
    context: root,
    target: 'node20',
    entry: { [name]: `./src/${name}.ts` },
    output: {
      path: path.join(root, 'dist'),
      filename: '[name].js',
      chunkFilename: `${name}.[name].js`,
      library: { type: 'commonjs2' },
    },
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
      ],
    },
    // Names stay readable in a user's stack trace.
    optimization: { minimize: false },
    devtool: 'source-map',
    performance: { hints: false },
  });
  return [bundle('cli', {}), bundle('extension', { vscode: 'commonjs vscode' })];
}
