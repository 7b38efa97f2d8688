import { PROBE_CLIPS_VERSION } from '@propago/model-inspection';
import type { ConfigOf } from '@propago/runtime';

/** Changes when a validation checks something else than before; the clips have a version of their own. */
const PROGRAM = 1;

/** Everything that decides what a validation measures and accepts. Measurements of one gate hold for the same file again. */
export interface Gate {
  program: number;
  clips: number;
  limits: Record<string, number>;
}

export function gateOf(config: ConfigOf<'models'>): Gate {
  const limits = Object.entries(config).filter(
    ([name]) => name.startsWith('VALIDATION_') || name === 'MAX_MODEL_BYTES',
  );
  return { program: PROGRAM, clips: PROBE_CLIPS_VERSION, limits: Object.fromEntries(limits) as Record<string, number> };
}
