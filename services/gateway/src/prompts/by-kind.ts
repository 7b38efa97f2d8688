import { CodedError } from '@propago/contracts';
import type { ObjectKind } from '@propago/passes';
import type { SaidObject, SentPrompt } from './prompt-body';

/** What is said about an object that has key points. */
export type SaidPoints = Pick<SaidObject, 'id' | 'points' | 'absent'>;

/** A prompt, what it says by masks and by key points apart: each kind has prompts of its own. */
export interface PromptByKind {
  /** Null: it says nothing of this kind. */
  masks: SentPrompt | null;
  points: SaidPoints[];
}

/**
 * @param kindOf every object that the prompt speaks of
 * @throws CodedError OBJECT_KIND_MISMATCH
 */
export function byKind({ frame, said }: SentPrompt, kindOf: (id: number) => ObjectKind | undefined): PromptByKind {
  const masks: SentPrompt['said'] = [];
  const points: SaidPoints[] = [];
  for (const one of said) {
    if ('png' in one) {
      one.classIds.forEach((id) => assertKind(id, 'mask', kindOf(id)));
      masks.push(one);
    } else if ('shapes' in one) {
      assertKind(one.id, 'mask', kindOf(one.id));
      masks.push(one);
    } else if (one.absent) {
      (kindOf(one.id) === 'keypoints' ? points : masks).push(one);
    } else {
      const kind = one.points ? 'keypoints' : 'mask';
      assertKind(one.id, kind, kindOf(one.id));
      (kind === 'keypoints' ? points : masks).push(one);
    }
  }
  return { masks: masks.length > 0 ? { frame, said: masks } : null, points };
}

const CALLED = { mask: 'a mask', keypoints: 'key points' } as const;

function assertKind(id: number, given: ObjectKind, is: ObjectKind | undefined): void {
  if (given === is) return;
  throw new CodedError(
    'OBJECT_KIND_MISMATCH',
    is === undefined
      ? `Key points are given for object ${id}, whose points have no names: say so in objects, as {"id":${id},"points":["nose"]}.`
      : `The object ${id} is labelled with ${CALLED[is]}, and not with ${CALLED[given]}; add another object for these.`,
  );
}
