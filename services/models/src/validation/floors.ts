import type { ModelReason } from '@propago/contracts';
import type { ConfigOf } from '@propago/runtime';

type Config = ConfigOf<'models'>;

/**
 * Why an encoder of this speed is refused; empty when it is not.
 * @param seconds for one frame of 480p
 * @param champion the same of the model's champion, on the same machine; undefined for the first version of a model
 */
export function speedRefusals(
  seconds: number,
  champion: number | undefined,
  floors: Pick<Config, 'VALIDATION_MAX_FRAME_SECONDS' | 'VALIDATION_MAX_SLOWDOWN'>,
): ModelReason[] {
  const { VALIDATION_MAX_FRAME_SECONDS: most, VALIDATION_MAX_SLOWDOWN: mostTimes } = floors;
  const reasons: ModelReason[] = [];
  const refuse = (detail: string) =>
    reasons.push({ code: 'MODEL_TOO_SLOW', detail: `${ms(seconds)} for a frame of 480p; ${detail}.` });
  if (seconds > most) refuse(`allowed are ${ms(most)}`);
  if (champion !== undefined && seconds / champion > mostTimes) {
    const times = (seconds / champion).toFixed(1);
    refuse(`that is ${times} times the ${ms(champion)} of the champion, allowed are ${mostTimes} times`);
  }
  return reasons;
}

/**
 * Why an encoder that leads to such masks is refused; empty when it is not.
 * @param quality J&F on the probe clips, 0..1
 * @param champion the same of the model's champion; undefined for the first version of a model
 */
export function qualityRefusals(
  quality: number,
  champion: number | undefined,
  floors: Pick<Config, 'VALIDATION_MIN_QUALITY' | 'VALIDATION_MAX_QUALITY_DROP'>,
): ModelReason[] {
  const { VALIDATION_MIN_QUALITY: least, VALIDATION_MAX_QUALITY_DROP: mostDrop } = floors;
  const reasons: ModelReason[] = [];
  const refuse = (detail: string) =>
    reasons.push({ code: 'MODEL_QUALITY', detail: `J&F ${percent(quality)} on the probe clips; ${detail}.` });
  // Said so that what is no number is refused too.
  if (!(quality >= least)) {
    refuse(`at least ${percent(least)} is needed; see whether the weights are trained ones, and mean and std right`);
  }
  if (champion !== undefined && champion - quality > mostDrop) {
    refuse(`the champion has ${percent(champion)}, allowed are ${percent(mostDrop)} less`);
  }
  return reasons;
}

const percent = (share: number): string => (share * 100).toFixed(1);
const ms = (seconds: number): string => `${(seconds * 1000).toFixed(1)} ms`;
