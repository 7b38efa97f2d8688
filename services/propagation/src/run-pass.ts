import { contextEntries } from '@propago/affinity';
import type { PropagationParameters } from '@propago/contracts';
import type { FeatureSet, FrameSet, KeypointPrompt, Prompt, Run, RunObject, Video } from '@propago/database';
import { channelsOf } from '@propago/labels';
import { frameAt, type Pass } from '@propago/passes';

/** One pass of one run. */
export interface RunPass {
  run: Run & {
    featureSet: FeatureSet & { frameSet: FrameSet; video: Video };
    objects: RunObject[];
    prompts: Prompt[];
    keypointPrompts: KeypointPrompt[];
  };
  pass: Pass;
}

/** Channels of the soft labels: the background and one for each object of the pass, or one for each key point. */
export function classesOf({ run, pass }: RunPass): number {
  return pass.kind === 'keypoints' ? channelsOf(pass.objects, run.objects).count : pass.objects.length + 1;
}

export function parametersOf(run: Run): PropagationParameters {
  return run.parameters as PropagationParameters;
}

/** Key points have no background that the rest of a row could be: their rows do not sum to 1. */
export function kernelParametersOf({ run, pass }: RunPass): PropagationParameters {
  const parameters = parametersOf(run);
  return pass.kind === 'keypoints' ? { ...parameters, normaliseLabels: false } : parameters;
}

/** The frames that have to be context before a step of a pass is labelled. */
export function contextFrames(pass: Pass, step: number, parameters: PropagationParameters): Set<number> {
  if (step === 0) return new Set();
  return new Set(contextEntries(step, parameters).map(({ frame }) => frameAt(pass, frame)));
}
