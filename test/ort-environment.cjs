// Native addons create typed arrays in Node's outer realm, and onnxruntime-common compares constructors by identity:
// give Jest's inner realm the outer constructors.
const { TestEnvironment } = require('jest-environment-node');

// As libs/encoder/src/no-telemetry.ts, which in Jest's inner realm sets a copy of the environment only.
process.env.ORT_DISABLE_TELEMETRY ??= '1';

const SHARED = [
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float32Array',
  'Float64Array',
];

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of SHARED) this.global[name] = globalThis[name];
  }
};
