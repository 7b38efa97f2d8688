const Environment = require('../ort-environment.cjs');
const { take, giveBack, drop, isTaken } = require('./shared-stack.cjs');

/** Gives spec files the platform of their worker; see shared-platform.ts. */
module.exports = class extends Environment {
  async setup() {
    await super.setup();
    this.global.sharedStack = { take, giveBack, drop };
  }

  async teardown() {
    // A file that did not give it back left it in no known state.
    if (isTaken()) drop();
    await super.teardown();
  }
};
