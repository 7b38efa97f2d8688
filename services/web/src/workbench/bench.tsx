import { useEffect, useMemo, useRef, useState } from 'react';
import type { Run, RunObject } from '../api/client';
import { ComparePanel } from '../compare/compare-panel';
import { CompareStage } from '../compare/compare-stage';
import { useComparison } from '../compare/use-comparison';
import { Stage, type StageHandle } from '../paint/stage';
import { ToolBar } from '../paint/tool-bar';
import { usePen } from '../paint/use-pen';
import { ShapeDialog } from '../points/shape-dialog';
import { usePointEditor } from '../points/use-point-editor';
import { usePointPapers } from '../points/use-point-papers';
import { useMay } from '../session';
import { Dialog } from '../ui/dialog';
import { timecode } from '../ui/format';
import { ShortcutList, useShortcuts } from '../ui/shortcuts';
import { Loading, ProblemNote } from '../ui/states';
import { isAtWork } from '../ui/run-state';
import { say } from '../ui/toasts';
import { useStable } from '../ui/use-stable';
import { BenchPanel, PanelContext } from './bench-panel';
import { benchShortcuts } from './bench-shortcuts';
import { FramePanel } from './frame-panel';
import { listedObjects } from './listed-objects';
import { LookNext } from './look-next';
import { nextToLookAt } from './next-to-look-at';
import { isChanging } from './passes-under-way';
import { ObjectsPart } from './objects-part';
import { Player } from './player';
import { RunFailure } from './run-failure';
import { RunHead } from './run-head';
import { CorrectionBar, StageNotes } from './stage-overlay';
import { TimelineView } from './timeline';
import { useCorrection } from './use-correction';
import { useLook } from './use-look';
import { usePapers } from './use-papers';
import type { LiveRun } from './use-run';
import { useShownFrame } from './use-shown-frame';
import { useSuggestions } from './use-suggestions';
import { useTimelineView } from './use-timeline-view';

/** One run, to look at and to correct, while it works and after. */
export function Bench({ live, run }: { live: LiveRun; run: Run }) {
  const { timeline, prompts, objects, estimate, isOffline, problem, reload } = live;
  const { id, video, revision } = run;
  const mayCorrect = useMay('runs:write') && !['failed', 'cancelled'].includes(run.state);
  const pen = usePen(mayCorrect ? 'brush' : 'hand');
  const papers = usePapers(id);
  const stage = useRef<StageHandle>(null);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isShaping, setShaping] = useState(false);
  const size = useMemo(() => ({ width: video.width, height: video.height }), [video.width, video.height]);
  const points = usePointPapers(id);
  const view = useShownFrame(run, timeline, { papers, points }, stage);
  const { frame, frames, goTo } = view;
  const zoom = useTimelineView(frames, frame);
  const onObject = (object: RunObject) => {
    pen.setObject(object.id);
    pen.setTool(object.kind === 'keypoints' ? 'points' : 'brush');
  };
  const correction = useCorrection({
    live,
    runId: id,
    size,
    papers,
    points,
    view,
    mayCorrect,
    chosen: pen.pen.object,
    onObject,
  });
  const { here, changed, promptHere } = correction;
  const pointsHere = view.shownFrame === frame ? view.shown.current.keypoints : [];
  const editor = usePointEditor({
    frame,
    object: pen.pen.object,
    names: objects.find((one) => one.id === pen.pen.object)?.points,
    papers: points,
    tracked: pointsHere.find((one) => one.id === pen.pen.object)?.points,
  });
  useEffect(() => view.showPaper(here?.map), [points.version]);
  const drafts = useMemo(() => [...papers.drafts, ...points.frames], [papers.drafts, points.frames]);
  const names = useMemo(() => new Map(objects.map((one) => [one.id, one.name ?? `Object ${one.id}`])), [objects]);
  const ids = useMemo(() => objects.map((one) => one.id), [objects]);
  // What is chosen may have been deleted, or never have been there.
  const isChosenThere = ids.length === 0 || ids.includes(pen.pen.object);
  useEffect(() => {
    if (!isChosenThere) pen.setObject(ids[0]!);
  }, [isChosenThere]);
  const look = useLook(pen, objects);
  const { colours } = look;
  const suggestions = useSuggestions(id, timeline, { isBusy: isAtWork(run.state), names });

  const comparison = useComparison(run, view, ids);
  const undo = useStable(() => correction.step('undo'));
  const redo = useStable(() => correction.step('redo'));
  const fit = useStable(() => stage.current?.fit());

  const choose = useStable((object: number) => {
    pen.setObject(object);
    const isPoints = objects.find((one) => one.id === object)?.kind === 'keypoints';
    if (isPoints && mayCorrect) pen.setTool('points');
    else if (pen.pen.tool === 'points') pen.setTool('brush');
  });
  const onDoubt = () => {
    const next = nextToLookAt(suggestions, frame);
    if (next) goTo(next.frame);
    else say({ title: 'No frame is doubtful' });
  };
  const shortcuts = [
    ...benchShortcuts({
      ...view,
      prompts,
      objects,
      onDoubt,
      onRight: correction.markRight,
      onSend: correction.sendPaint,
      onStep: correction.step,
      onFit: fit,
      onNearer: zoom.nearer,
      onFurther: zoom.further,
      onObject: choose,
      onHelp: () => setHelpOpen(true),
    }),
    ...pen.shortcuts,
  ];
  useShortcuts(shortcuts);

  const place = timeline?.frames.indexOf(frame) ?? -1;
  const listed = listedObjects(objects, timeline, place, pointsHere);
  // A point that is placed says of all others of its object what is seen of them.
  const isThere = view.shownFrame === frame && !view.imageProblem;
  const isStale = (timeline?.revisions[place] ?? revision) < revision && isChanging(run.passes, frame);

  const comparePart = (
    <ComparePanel
      run={run}
      comparison={comparison}
      objects={ids}
      names={names}
      colours={colours}
      frames={frames}
      frame={frame}
      onFrame={goTo}
    />
  );
  const objectsPart = (
    <ObjectsPart
      listed={listed}
      objects={objects}
      look={look}
      names={names}
      pen={pen}
      editor={editor}
      correction={correction}
      mayCorrect={mayCorrect}
      onChoose={choose}
      onShape={() => setShaping(true)}
    >
      <FramePanel
        frame={frame}
        onDoubt={timeline && onDoubt}
        onRight={mayCorrect ? correction.markRight : undefined}
        isRightPossible={place >= 0 && !correction.isSending && changed.length === 0}
        onTakeBack={mayCorrect && promptHere && prompts!.items.length > 1 ? correction.takeBack : undefined}
        onHelp={() => setHelpOpen(true)}
      />
      <LookNext
        suggestions={suggestions}
        frame={suggestions.find((one) => one.frame === frame)?.frame}
        onFrame={goTo}
      />
    </ObjectsPart>
  );

  return (
    <div className="bench">
      <RunHead run={run} estimate={estimate} isOffline={isOffline} onChange={reload} />
      {mayCorrect && (
        <ToolBar
          tool={pen.pen.tool}
          onTool={pen.setTool}
          canUndo={correction.canUndo}
          canRedo={correction.canRedo}
          onUndo={undo}
          onRedo={redo}
          onFit={fit}
        />
      )}
      <div className="bench-stage">
        <Stage
          ref={stage}
          {...size}
          look={look}
          pen={pen.pen}
          onSize={pen.setSize}
          paper={() => correction.paper(pen.locked)}
          onPainted={correction.painted}
          points={mayCorrect && editor.isOn && isThere ? editor : undefined}
          label={`Frame ${frame} with its masks`}
        />
        {comparison.compared && (
          <CompareStage
            ref={comparison.stage}
            {...size}
            look={look}
            split={comparison.split}
            onWipe={(at) => comparison.setSplit({ mode: 'wipe', at })}
            names={comparison.titles}
          />
        )}
        {run.error && <RunFailure error={run.error} />}
        {view.shownFrame < 0 && <Loading what="Loading the frame" />}
        {view.shownFrame >= 0 && !run.error && !comparison.compared && (
          <StageNotes
            hasMask={!timeline || place >= 0}
            isBusy={isAtWork(run.state)}
            isStale={isStale}
            isPrompted={promptHere !== undefined}
            doubt={suggestions.find((one) => one.frame === frame)?.reason}
            imageProblem={view.imageProblem}
          />
        )}
        {changed.length > 0 && !comparison.compared && (
          <CorrectionBar
            frame={frame}
            names={changed.map((object) => names.get(object) ?? `Object ${object}`)}
            isSending={correction.isSending}
            onDiscard={correction.discard}
            onSend={correction.sendPaint}
          />
        )}
      </div>
      <PanelContext value={{ objects: objectsPart, compare: comparePart }}>
        <BenchPanel run={run} exports={live.exports} watch={live.watch} names={names} />
      </PanelContext>
      <div className="bench-foot">
        {problem && <ProblemNote problem={problem} onRetry={() => void reload()} />}
        <Player {...view} seconds={video.frameRate ? timecode(frame / video.frameRate) : ''} />
        <TimelineView
          frame={frame}
          onFrame={goTo}
          frames={frames}
          zoom={zoom}
          timeline={timeline}
          prompts={prompts}
          objects={ids}
          colours={colours}
          suggestions={suggestions}
          passes={run.passes}
          names={names}
          drafts={drafts}
          revision={revision}
          chosen={pen.pen.object}
          onChoose={choose}
        />
      </div>
      {isShaping && (
        <ShapeDialog
          onClose={() => setShaping(false)}
          onAdd={(name, { points: named, skeleton }) =>
            correction.addObject({
              ...(name === null ? {} : { name }),
              points: [...named],
              skeleton: skeleton.map((line) => [...line]),
            })
          }
        />
      )}
      <Dialog title="Shortcuts" isOpen={isHelpOpen} onClose={() => setHelpOpen(false)}>
        <ShortcutList shortcuts={shortcuts} />
      </Dialog>
    </div>
  );
}
