import path from 'node:path';
import { findGo, goProgram } from '../k8s/check/go-tools.mjs';
import { passThrough } from './child.mjs';
import { main, setup } from './setup.mjs';
import { REPO_ROOT } from './system-tools.mjs';

// npm run test:hosts: the tests that need a real S3 server, and, as root, three hosts in network namespaces. They are a part
// of npm test wherever a versitygw or minio is found; here versitygw is built first, which needs Go.
await main(async () => {
  const go = findGo();
  if (!go && !process.env.PROPAGO_TEST_S3_SERVER) {
    console.log('test:hosts: SKIPPED, there is neither Go to build an S3 server nor one in PROPAGO_TEST_S3_SERVER.');
    return 0;
  }
  const env = await setup();
  env.PROPAGO_TEST_S3_SERVER ??= await goProgram(go, 'versitygw', console.log);
  const jest = path.join(REPO_ROOT, 'node_modules/jest/bin/jest.js');
  const args = ['--runInBand', '--testPathPatterns', 'test/hosts|s3-blob-store', ...process.argv.slice(2)];
  return passThrough(process.execPath, [jest, ...args], { cwd: REPO_ROOT, env });
});
