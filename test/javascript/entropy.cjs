/** What Node's `crypto` fills and what it refuses, printed as JSON. In a file, as what `-e` runs is not the notebook's own code. */
const crypto = require('node:crypto');
const { Buffer } = require('node:buffer');
const process = require('node:process');
const util = require('node:util');

const said = (call) => {
  try {
    return call();
  } catch (error) {
    return String(error.code ?? error.name);
  }
};

(async () => {
  const refused = [
    said(() => crypto.randomBytes(-1)),
    said(() => crypto.randomInt(4, 4)),
    said(() => crypto.randomInt('4')),
    said(() => crypto.randomFillSync(Buffer.alloc(4), 5)),
    said(() => crypto.randomFill(Buffer.alloc(4), 2, 3, () => {})),
    said(() => globalThis.crypto.getRandomValues(new Float32Array(2))),
    said(() => globalThis.crypto.getRandomValues(new Uint8Array(65537))),
  ];
  const words = [...crypto.randomFillSync(new Uint32Array(6), 1, 2)];
  const bytes = [...(await util.promisify(crypto.randomFill)(Buffer.alloc(9), 2, 6))];
  const drawn = [
    (await util.promisify(crypto.randomBytes)(8)).toString('hex'),
    await util.promisify(crypto.randomInt)(1e9),
    await util.promisify(crypto.randomInt)(5, 6),
  ];
  process.stdout.write(JSON.stringify({ refused, words, bytes, drawn }));
})();
