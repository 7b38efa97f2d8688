import { useEffect, useMemo, useRef, useState } from 'react';
import { api, ask, type Run } from '../api/client';
import { useQuery } from '../api/use-query';
import type { Shown, Split, StagePainter } from '../paint/stage-painter';
import { isAtWork, titleOf } from '../ui/run-state';
import { FrameStore } from '../workbench/frame-store';
import type { useShownFrame } from '../workbench/use-shown-frame';
import { agreement } from './agreement';

/** What masks are compared with: those before the last correction, or those of another run of the same video. */
export type Compared = 'before' | Pick<Run, 'id' | 'state' | 'name' | 'video' | 'encoder'>;

const WHILE_AT_WORK_MS = 3000;

/** Other labels beside those of the run, on the frame that is looked at. */
export function useComparison(run: Run, view: ReturnType<typeof useShownFrame>, objects: readonly number[]) {
  const [compared, setCompared] = useState<Compared>();
  const [split, setSplit] = useState<Split>({ mode: 'wipe', at: 0.5 });
  const [agreements, setAgreements] = useState<ReturnType<typeof agreement>>([]);
  const stage = useRef<Pick<StagePainter, 'show'>>(null);
  const { videoId, video } = run;
  const { width, height } = video;
  const other = compared === 'before' ? undefined : compared;
  const otherId = other?.id;

  const otherStore = useMemo(
    () =>
      otherId === undefined ? undefined : new FrameStore({ runId: otherId, videoId, width, height, imageWidth: 0 }),
    [otherId, videoId, width, height],
  );
  useEffect(() => () => otherStore?.close(), [otherStore]);
  const { data: timeline } = useQuery(
    `timeline ${otherId ?? ''}`,
    async () =>
      otherId === undefined
        ? undefined
        : await ask(api.GET('/v1/runs/{id}/timeline', { params: { path: { id: otherId } } })),
    other && isAtWork(other.state) ? WHILE_AT_WORK_MS : undefined,
  );

  const { store, shown, shownFrame, masks } = view;
  useEffect(() => {
    if (!compared || shownFrame < 0) return undefined;
    if (timeline) otherStore?.update(timeline);
    let isCurrent = true;
    const coming = otherStore ? otherStore.content(shownFrame) : store.formerContent(shownFrame);
    void coming
      .catch(() => ({ labels: null, keypoints: [] }))
      .then(({ labels, keypoints }) => {
        if (!isCurrent) return;
        const now: Shown = { ...shown.current, other: { labels, keypoints } };
        stage.current?.show(now);
        setAgreements(now.labels && labels ? agreement(now.labels, labels, objects) : []);
      });
    return () => {
      isCurrent = false;
    };
  }, [compared, otherStore, timeline, store, shownFrame, masks, objects]);

  const called = (one: Pick<Run, 'id' | 'name' | 'video' | 'encoder'>) =>
    `${titleOf(one)} · ${one.encoder.name}:${one.encoder.version}`;
  const titles: [string, string] = other ? [called(run), called(other)] : ['Now', 'Before the last correction'];
  return { stage, titles, compared, setCompared, split, setSplit, agreements, hasBefore: store.hasFormer };
}

export type Comparison = ReturnType<typeof useComparison>;
