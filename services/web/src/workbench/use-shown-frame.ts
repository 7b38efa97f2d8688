import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import type { Run, Timeline } from '../api/client';
import type { Problem } from '../api/problem';
import { withSaid } from '../labels/keypoints';
import type { PointPapers } from '../points/use-point-papers';
import type { LabelMap } from '../paint/label-map';
import type { StageHandle } from '../paint/stage';
import type { Shown } from '../paint/stage-painter';
import { FrameStore, type Content } from './frame-store';
import type { Papers } from './use-papers';
import { usePlayback } from './use-playback';

const IMAGE_WIDTH = 1280;
const USUAL_RATE = 24;
const TRY_AGAIN_MS = 1500;

/** Brings the frame that is looked at to the stage: its picture and its masks, or what is painted on it, together. */
export function useShownFrame(
  run: Run,
  timeline: Timeline | undefined,
  { papers, points }: { papers: Papers; points: PointPapers },
  stage: RefObject<StageHandle | null>,
) {
  const { id, videoId, video, progress } = run;
  const { width, height } = video;
  const frames = video.frames ?? Math.max(1, progress.ingest.done, (timeline?.frames.at(-1) ?? 0) + 1);
  const shown = useRef<Shown>({ frame: -1, image: null, labels: null, keypoints: [] });
  const [shownFrame, setShownFrame] = useState(-1);
  const [masks, setMasks] = useState(0);
  const [problem, setProblem] = useState<Problem>();
  const [attempt, setAttempt] = useState(0);

  const store = useMemo(() => {
    const imageWidth = Math.min(IMAGE_WIDTH, width);
    return new FrameStore({ runId: id, videoId, width, height, imageWidth });
  }, [id, videoId, width, height]);
  useEffect(() => () => store.close(), [store]);
  useEffect(() => {
    if (timeline && store.update(timeline)) setMasks((before) => before + 1);
  }, [store, timeline]);

  const playback = usePlayback({
    frames,
    rate: video.frameRate ?? USUAL_RATE,
    isReady: useCallback((frame: number) => store.get(frame), [store]),
  });
  const { frame, isPlaying } = playback;
  const before = useRef(0);

  useEffect(() => {
    let isCurrent = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    void store.get(frame).then((next) => {
      if (!isCurrent) return;
      if (next.problem?.mayPass) again = setTimeout(() => setAttempt((tried) => tried + 1), TRY_AGAIN_MS);
      shown.current = next;
      const paper = papers.find(frame, next.labels, { width, height });
      const keypoints = withSaid(next.keypoints, points.find(frame));
      stage.current?.show({ ...next, labels: paper?.map.ids ?? next.labels, keypoints });
      setShownFrame(frame);
      setProblem(next.problem);
    });
    store.prefetch(frame, isPlaying || frame >= before.current ? 1 : -1, frames);
    before.current = frame;
    return () => {
      isCurrent = false;
      clearTimeout(again);
    };
  }, [store, frame, masks, attempt, width, height]);

  /** Shows what is painted in the place of the masks, or these again. */
  const showPaper = (map?: LabelMap) =>
    stage.current?.show({
      ...shown.current,
      labels: map?.ids ?? shown.current.labels,
      keypoints: withSaid(shown.current.keypoints, points.find(shown.current.frame)),
    });

  /** Shows what was said of the frame that is shown, until its mask is there. */
  const assume = (content: Content) => {
    store.assume(shown.current.frame, content);
    shown.current = { ...shown.current, ...content };
    showPaper();
  };

  return { ...playback, frames, assume, shown, shownFrame, showPaper, masks, store, imageProblem: problem };
}
