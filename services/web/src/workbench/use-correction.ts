import { useState } from 'react';
import { api, ask, type RunObject } from '../api/client';
import { withSaid } from '../labels/keypoints';
import type { PointPapers } from '../points/use-point-papers';
import type { ObjectLook } from '../paint/object-dialog';
import { LabelMap } from '../paint/label-map';
import { say, sayProblem } from '../ui/toasts';
import { changedObjects, ifUnchanged, sendPrompt } from './correction';
import { saidObjects } from './said-objects';
import type { Papers } from './use-papers';
import type { useShownFrame } from './use-shown-frame';
import type { LiveRun } from './use-run';

interface CorrectionInput {
  live: LiveRun;
  runId: string;
  size: { width: number; height: number };
  papers: Papers;
  points: PointPapers;
  view: ReturnType<typeof useShownFrame>;
  mayCorrect: boolean;
  /** What is painted now. */
  chosen: number;
  onObject: (object: RunObject) => void;
}

/** What a person says about the frame that is looked at: painted, marked as right, or taken back. */
export function useCorrection({
  live,
  runId,
  size,
  papers,
  points,
  view,
  mayCorrect,
  chosen,
  onObject,
}: CorrectionInput) {
  const { prompts, objects, reload } = live;
  const { frame, shown, shownFrame, showPaper } = view;
  const [isSending, setSending] = useState(false);
  // Until the frame is shown, nobody knows what its paint differs from.
  const isShown = shownFrame === frame && shown.current.frame === frame;
  const here = isShown ? papers.find(frame, shown.current.labels, size) : undefined;
  const painted = here ? changedObjects(here.base, here.map.ids) : [];
  const placed = points.find(frame) ?? [];
  const changed = [...painted, ...placed.map(({ id }) => id)].sort((a, b) => a - b);

  const promptHere = prompts?.items.find((one) => one.frame === frame);
  const hasPoints = objects.some(({ id, kind }) => id === chosen && kind === 'keypoints');

  const send = async (ids: Uint8Array, spokenOf: readonly number[], done: string) => {
    setSending(true);
    try {
      const keypoints = withSaid(shown.current.keypoints, placed);
      const said = saidObjects({ ids, ...size, objects: spokenOf, keypoints, before: promptHere?.objects ?? [] });
      await sendPrompt(runId, frame, said, prompts);
      papers.drop(frame);
      points.drop(frame);
      // Somebody may have gone on to another frame while it was sent.
      if (shown.current.frame === frame) view.assume({ labels: ids.slice(), keypoints });
      say({ title: done, detail: 'The masks around it follow.' });
    } catch (error) {
      // The paint stays: after a conflict it can be sent again on what the run has become.
      sayProblem(error);
    } finally {
      await reload();
      setSending(false);
    }
  };

  return {
    here,
    changed,
    isSending,
    promptHere,
    /** What a stroke is painted on; null where nothing may be painted. */
    paper(locked: ReadonlySet<number>): LabelMap | null {
      if (!mayCorrect || !isShown) return null;
      if (shown.current.problem) {
        // Painted over masks that nobody has seen, they would seem to be gone.
        say({ title: 'This frame has not come yet', detail: shown.current.problem.detail });
        return null;
      }
      if (hasPoints) {
        say({ title: 'This object has key points', detail: 'Place them with the tool for key points (T).' });
        return null;
      }
      const { map } = here ?? papers.begin(frame, shown.current.labels, size);
      map.locked = locked;
      showPaper(map);
      return map;
    },
    canUndo: hasPoints ? points.canUndo(frame) : (here?.map.canUndo ?? false),
    canRedo: !hasPoints && (here?.map.canRedo ?? false),
    painted: () => papers.painted(frame),
    step(work: 'undo' | 'redo'): void {
      if (hasPoints && work === 'undo') return points.undo(frame);
      if (!here) return;
      here.map[work]();
      showPaper(here.map);
      papers.painted(frame);
    },
    discard(): void {
      papers.drop(frame);
      points.drop(frame);
      showPaper();
    },
    sendPaint(): void {
      const ids = here?.map.ids ?? shown.current.labels;
      if (isShown && ids && changed.length > 0) void send(ids, changed, `Frame ${frame} is corrected`);
    },
    markRight(): void {
      const { labels } = shown.current;
      const all = objects.map(({ id }) => id);
      if (mayCorrect && labels && all.length > 0) void send(labels, all, `Frame ${frame} is marked as right`);
    },
    takeBack(): void {
      const path = { id: runId, frame };
      ask(api.DELETE('/v1/runs/{id}/prompts/{frame}', { params: { path } })).then(reload, sayProblem);
    },
    /** @param described points and skeleton of one that has key points */
    addObject(described: { name?: string; points?: string[]; skeleton?: string[][] } = {}): void {
      const path = { id: runId };
      ask(api.POST('/v1/runs/{id}/objects', { params: { path }, body: described })).then((object) => {
        onObject(object);
        return reload();
      }, sayProblem);
    },
    changeObject(object: number, { name, colour, isTracedBack }: ObjectLook): void {
      const before = objects.find(({ id }) => id === object);
      // What stays as it is may not be said again: it would outdate masks for nothing.
      const body = {
        name,
        ...(colour === before?.colour ? {} : { colour }),
        ...(isTracedBack === before?.isTracedBack ? {} : { isTracedBack }),
      };
      const params = { path: { id: runId, object } };
      ask(api.PATCH('/v1/runs/{id}/objects/{object}', { params, body })).then(reload, sayProblem);
    },
    deleteObject(object: number): void {
      const params = { path: { id: runId, object }, header: ifUnchanged(prompts) };
      ask(api.DELETE('/v1/runs/{id}/objects/{object}', { params })).then(reload, (error: unknown) => {
        sayProblem(error);
        void reload();
      });
    },
  };
}
