import { contextEntries } from '@propago/affinity';
import type { PropagationParameters } from '@propago/contracts';
import type { FeatureSet, FrameSet, Prompt, Run } from '@propago/database';
import { frameAt, type Pass } from '@propago/passes';

/** One pass of one run. */
export interface RunPass {
  run: Run & { featureSet: FeatureSet & { frameSet: FrameSet }; prompts: Prompt[] };
  pass: Pass;
}

/** Channels of the soft labels: the background and one for each object of the pass. */
export function classesOf(pass: Pass): number {
  return pass.objects.length + 1;
}

export function parametersOf(run: Run): PropagationParameters {
  return run.parameters as PropagationParameters;
}

/** The frames that have to be context before a step of a pass is labelled. */
export function contextFrames(pass: Pass, step: number, parameters: PropagationParameters): Set<number> {
  if (step === 0) return new Set();
  return new Set(contextEntries(step, parameters).map(({ frame }) => frameAt(pass, frame)));
}
