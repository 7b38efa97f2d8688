import { createHash } from 'node:crypto';
import { PROBE_CLIPS, PROBE_CLIPS_VERSION, probeClipFrames } from './probe-clips';

// Scores of one version are compared with one another: whoever changes what is rendered gives it another version.
it('the probe clips of a version are always the same', () => {
  const hash = createHash('sha256');
  for (const clip of PROBE_CLIPS) for (const { rgb, labels } of probeClipFrames(clip)) hash.update(rgb).update(labels);
  expect([PROBE_CLIPS_VERSION, hash.digest('hex').slice(0, 16)]).toEqual([2, 'f7f1de92e886e8fe']);
});
