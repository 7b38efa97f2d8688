const Environment = require('../ort-environment.cjs');
const { end } = require('./shared-stack.cjs');

/** For spec files without a platform: the one that their worker had for those before them is gone when they begin. */
module.exports = class extends Environment {
  async setup() {
    await end();
    await super.setup();
  }
};
