import type { ObjectKind, Prompt, PromptSet } from './prompts';

/** The frames between two neighbouring prompts of some objects. No prompt elsewhere changes how they are labelled here. */
export interface Span {
  kind: ObjectKind;
  /** Ids of the objects that have these two prompts as neighbours, ascending. */
  objects: number[];
  /** The prompt on the first frame of the span; null: it starts with the video. */
  before: Prompt | null;
  /** The prompt that ends it, whose frame is not part of it; null: it ends with the video. */
  after: Prompt | null;
}

/**
 * The spans of a set of prompts, objects of one kind with the same neighbours together. What lies before the first prompt of an object
 * is a span only for objects that are traced back.
 *
 * @returns by their first frame
 */
export function spansOf({ objects, prompts }: PromptSet): Span[] {
  const spans = new Map<string, Span>();
  for (const { id, kind, isTracedBack } of objects) {
    const own = prompts.filter((prompt) => prompt.objects.includes(id));
    if (own.length === 0) continue;
    const borders = [...(isTracedBack && own[0]!.frame > 0 ? [null] : []), ...own, null];
    for (let i = 0; i + 1 < borders.length; i++) {
      const [before, after] = [borders[i]!, borders[i + 1]!];
      const name = `${kind} ${before?.frame} ${after?.frame}`;
      const span = spans.get(name);
      if (span) span.objects.push(id);
      else spans.set(name, { kind, objects: [id], before, after });
    }
  }
  return [...spans.values()].sort((a, b) => firstFrameOf(a) - firstFrameOf(b));
}

/** The first frame of a span. */
export function firstFrameOf({ before }: Span): number {
  return before?.frame ?? 0;
}

/** The frame after the last one of a span. */
export function endOf({ after }: Span): number {
  return after?.frame ?? Infinity;
}
