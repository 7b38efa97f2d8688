const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

/** Before the first e2e spec: where the shared platforms of all workers are known. */
module.exports = async () => {
  process.env.SHARED_TEST_STACKS = mkdtempSync(path.join(tmpdir(), 'propago-shared-'));
};
