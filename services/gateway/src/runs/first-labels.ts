import { setImmediate } from 'node:timers/promises';
import { CodedError, type RunWarning } from '@propago/contracts';
import type { ObjectKind } from '@propago/passes';
import { byKind } from '../prompts/by-kind';
import { drawPrompt, type Canvas, type DrawnPrompt } from '../prompts/draw-prompt';
import { assertObjectCount, assertPoints, describedShape, withColours } from '../prompts/object-body';
import { objectsOf } from '../prompts/prompt-body';
import { saidKeypoints, type StoredPoints } from '../prompts/said-keypoints';
import type { StoredPrompt } from '../prompts/stored-prompts.service';
import { warningsOf, type SeenAs } from './run-warnings';
import { named, type SentLabels } from './sent-labels';

/** What is said about a run when it begins, as its rows have it. */
export interface FirstLabels {
  prompts: StoredPrompt[];
  keypointPrompts: StoredPoints[];
  objects: {
    id: number;
    name: string | null;
    isTracedBack: boolean;
    kind: ObjectKind;
    points: string[];
    skeleton: [string, string][];
  }[];
  /** RGB triples of ids 0 to 255. */
  palette: Uint8Array;
  warnings: RunWarning[];
}

type Store = (drawn: DrawnPrompt, palette: Uint8Array) => Promise<StoredPrompt>;

/**
 * Draws the prompts that come with a run and stores them, one after the other: only one is in memory as pixels. All are
 * drawn once before the first one is stored: what is wrong with one is known then, and so are the colours of all.
 *
 * @param mostPoints key points of all objects
 * @throws CodedError MASK_…, KEYPOINT… of what is wrong with a prompt
 */
export async function firstLabels(
  { prompts: sent, objects: described }: SentLabels,
  { canvas, seen, mostPoints }: { canvas: Canvas; seen: SeenAs; mostPoints: number },
  store: Store,
): Promise<FirstLabels> {
  const objects = objectsOfRun(sent, described);
  assertObjectCount(objects.length, canvas.limits.maxClasses);
  assertPoints(objects, mostPoints);
  const kindOf = new Map(objects.map(({ id, kind }) => [id, kind]));
  const names = new Map(objects.map(({ id, points }) => [id, points]));
  const masks: SentLabels['prompts'] = [];
  const keypointPrompts: StoredPoints[] = [];
  for (const prompt of sent) {
    const of = byKind(prompt, (id) => kindOf.get(id));
    if (of.masks) masks.push(of.masks);
    const { frame } = prompt;
    const read = () => saidKeypoints(frame, of.points, { names, video: canvas.frames });
    if (of.points.length > 0) keypointPrompts.push(named(nameOf(frame, sent.length), read));
  }
  const draw = (prompt: (typeof sent)[number]) =>
    named(nameOf(prompt.frame, masks.length), () => drawPrompt(prompt, canvas));
  const warnings = new Map<string, RunWarning>();
  let given: Uint8Array | null = null;
  let isAnywhere = false;
  for (const prompt of masks) {
    // A picture takes tens of milliseconds; others have their turn in between.
    await setImmediate();
    const { width, height, labels, palette } = draw(prompt);
    given ??= palette;
    const classIds = [...new Set(labels)].filter((id) => id !== 0).sort((a, b) => a - b);
    isAnywhere ||= classIds.length > 0;
    for (const warning of warningsOf({ width, height, labels, classIds, palette }, seen)) {
      const detail = prompt.frame === 0 ? warning.detail : `On frame ${prompt.frame}: ${warning.detail}`;
      if (!warnings.has(warning.code)) warnings.set(warning.code, { ...warning, detail });
    }
  }
  if (!isAnywhere && keypointPrompts.every(({ present }) => present.length === 0)) {
    const code = masks.length > 0 ? 'MASK_EMPTY' : 'KEYPOINTS_EMPTY';
    throw new CodedError(code, 'No prompt says where any object is.');
  }
  const palette = withColours(given, described);
  const prompts: StoredPrompt[] = [];
  for (const prompt of masks) {
    const drawn = draw(prompt);
    if (drawn.objects.length > 0) prompts.push(await store(drawn, palette));
  }
  return { prompts, keypointPrompts, objects, palette, warnings: [...warnings.values()] };
}

/** One mask of the first frame needs no name in a message. */
function nameOf(frame: number, prompts: number): string {
  return frame === 0 && prompts === 1 ? 'mask' : `frame ${frame}`;
}

/** Objects of the first prompt are traced back to the first frame; others appear where they are prompted first. */
function objectsOfRun(prompts: SentLabels['prompts'], described: SentLabels['objects']): FirstLabels['objects'] {
  const ofFirst = objectsOf(prompts[0]!);
  const ids = new Set([...prompts.flatMap(objectsOf), ...described.map(({ id }) => id)]);
  return [...ids]
    .sort((a, b) => a - b)
    .map((id) => {
      const description: Partial<SentLabels['objects'][number]> = described.find((one) => one.id === id) ?? {};
      const { name = null, isTracedBack = ofFirst.includes(id) } = description;
      return { id, name, isTracedBack, ...describedShape(description) };
    });
}
