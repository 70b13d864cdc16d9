/** Every source of randomness that TensorFlow.js and Node have, each asked once; prints a digest by name. */
const { createHash } = require('node:crypto');
const { Buffer } = require('node:buffer');
const crypto = require('node:crypto');
const process = require('node:process');
const vm = require('node:vm');
const tf = require(process.argv[2]);

const digest = (value) => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
const numbers = (tensor) => [...tensor.dataSync()];
const weights = (layer, shape) => {
  layer.build(shape);
  return layer.getWeights().flatMap(numbers);
};
const model = (...layers) => {
  const made = tf.sequential({ layers });
  made.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return made;
};
const xs = tf.linspace(0, 1, 40).reshape([10, 4]);
const ys = tf.linspace(0, 1, 10).reshape([10, 1]);
const noise = (layer) => numbers(layer.apply(tf.ones([1, 32]), { training: true }));

const PROBES = {
  'Math.random': () => [Math.random(), Math.random()],
  'in a script of its own': () => vm.runInThisContext('Math.random()'),
  randomNormal: () => numbers(tf.randomNormal([4])),
  'randomNormal, seed 0': () => numbers(tf.randomNormal([4], 0, 1, 'float32', 0)),
  truncatedNormal: () => numbers(tf.truncatedNormal([4])),
  randomUniform: () => numbers(tf.randomUniform([4])),
  randomUniformInt: () => numbers(tf.randomUniformInt([4], 0, 1000)),
  randomGamma: () => numbers(tf.randomGamma([4], 2)),
  multinomial: () => numbers(tf.multinomial(tf.zeros([1, 1000]), 8)),
  dropout: () => numbers(tf.dropout(tf.ones([64]), 0.5)),
  'tf.rand': () => numbers(tf.rand([4], () => Math.random())),
  shuffle: () => {
    const list = Array.from({ length: 20 }, (_, index) => index);
    tf.util.shuffle(list);
    return list;
  },
  'initializer of a layer': () => weights(tf.layers.dense({ units: 3 }), [null, 4]),
  'orthogonal initializer': () => numbers(tf.initializers.orthogonal({}).apply([4, 4])),
  'layers.dropout': () => noise(tf.layers.dropout({ rate: 0.5 })),
  'layers.gaussianNoise': () => noise(tf.layers.gaussianNoise({ stddev: 1 })),
  'layers.gaussianDropout': () => noise(tf.layers.gaussianDropout({ rate: 0.5 })),
  'layers.alphaDropout': () => noise(tf.layers.alphaDropout({ rate: 0.5 })),
  'recurrent dropout': () => {
    const lstm = tf.layers.simpleRNN({ units: 4, recurrentDropout: 0.5, dropout: 0.5 });
    return numbers(lstm.apply(tf.ones([1, 5, 3]), { training: true }));
  },
  'dataset.shuffle': () =>
    tf.data
      .array(Array.from({ length: 20 }, (_, i) => i))
      .shuffle(20)
      .toArray(),
  fit: async () => {
    const net = model(
      tf.layers.dense({ units: 8, inputShape: [4], activation: 'relu' }),
      tf.layers.dropout({ rate: 0.3 }),
      tf.layers.dense({ units: 1 }),
    );
    const { history } = await net.fit(xs, ys, { epochs: 3, batchSize: 3, verbose: 0 });
    return [history.loss, net.getWeights().flatMap(numbers)];
  },
  'seeded, but for the shuffle of fit': async () => {
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 7 });
    const net = model(tf.layers.dense({ units: 1, inputShape: [4], kernelInitializer }));
    const { history } = await net.fit(xs, ys, { epochs: 3, batchSize: 3, verbose: 0 });
    return history.loss;
  },
  'crypto.randomBytes': () => crypto.randomBytes(8).toString('hex'),
  'crypto.randomFill': () =>
    new Promise((resolve) =>
      crypto.randomFill(Buffer.alloc(8), (_, bytes) => resolve(bytes.toString('hex'))),
    ),
  'crypto.randomUUID': () => crypto.randomUUID(),
  'crypto.randomInt': () => crypto.randomInt(1e9),
  'crypto.getRandomValues': () => [...globalThis.crypto.getRandomValues(new Uint8Array(8))],
};

(async () => {
  const found = {};
  for (const [name, probe] of Object.entries(PROBES)) found[name] = digest(await probe());
  process.stdout.write(JSON.stringify(found));
})();
