import { readdirSync } from 'node:fs';
import { inspectModel } from './inspect-model';
import { probeModel } from './probe-model';
describe('exported', () => {
  for (const name of readdirSync('/tmp/ti/models')) {
    it(name, async () => {
      const { sha256 } = await inspectModel(`/tmp/ti/models/${name}`);
      const report = await probeModel(`/tmp/ti/models/${name}`, { memoryBytes: 3e9, cpuSeconds: 200, wallSeconds: 600, sha256 });
      process.stderr.write(JSON.stringify({ name, golden: report.goldenError, inferred: report.card.inferred, report }) + '\n');
    }, 600000);
  }
});
