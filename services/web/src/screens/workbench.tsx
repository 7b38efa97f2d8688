import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { api, ask, type Run } from '../api/client';
import { ObjectsPanel } from '../paint/objects-panel';
import { PenPanel } from '../paint/pen-panel';
import { Stage, type StageHandle } from '../paint/stage';
import type { Shown } from '../paint/stage-painter';
import { ToolBar } from '../paint/tool-bar';
import { usePen } from '../paint/use-pen';
import { signedOut, useMay } from '../session';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Icons } from '../ui/icons';
import { ShortcutList, useShortcuts, type Shortcut } from '../ui/shortcuts';
import { Empty, Loading, ProblemNote } from '../ui/states';
import { say, sayProblem } from '../ui/toasts';
import { changedObjects, nextDoubtful, sendPrompt } from '../workbench/correction';
import { FrameStore } from '../workbench/frame-store';
import { Player } from '../workbench/player';
import { RunDetails } from '../workbench/run-details';
import { RunExport } from '../workbench/run-export';
import { RunHead } from '../workbench/run-head';
import { TimelineView } from '../workbench/timeline';
import { usePapers } from '../workbench/use-papers';
import { usePlayback } from '../workbench/use-playback';
import { useRun, type LiveRun } from '../workbench/use-run';

const IMAGE_WIDTH = 1280;

export default function Workbench({ id }: { id: string }) {
  const live = useRun(id);
  const { run, problem, reload } = live;
  if (problem?.isSignedOut) signedOut();
  if (run) return <Bench live={live} run={run} />;
  if (!problem) return <Loading what="Loading the run" />;
  return problem.code === 'RUN_NOT_FOUND' ? (
    <Empty title="There is no such run">
      <p>It was deleted, or belongs to somebody else.</p>
    </Empty>
  ) : (
    <ProblemNote problem={problem} onRetry={() => void reload()} />
  );
}

function Bench({ live, run }: { live: LiveRun; run: Run }) {
  const { timeline, prompts, objects, estimate, isOffline, problem, reload } = live;
  const { id, video, revision } = run;
  const size = useMemo(() => ({ width: video.width, height: video.height }), [video.width, video.height]);
  const frames = video.frames ?? Math.max(1, run.progress.ingest.done, (timeline?.frames.at(-1) ?? 0) + 1);
  const mayWrite = useMay('runs:write');
  const mayCorrect = mayWrite && !['failed', 'cancelled'].includes(run.state);
  const pen = usePen(mayCorrect ? 'brush' : 'hand');
  const papers = usePapers(id);
  const stage = useRef<StageHandle>(null);
  const shown = useRef<Shown>({ frame: -1, image: null, labels: null });
  const [isSending, setSending] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isReady, setReady] = useState(false);
  const [masks, setMasks] = useState(0);

  const store = useMemo(
    () =>
      new FrameStore({
        runId: id,
        videoId: video.sha256,
        ...size,
        frames,
        imageWidth: Math.min(IMAGE_WIDTH, size.width),
      }),
    [id, video.sha256, size, frames],
  );
  useEffect(() => () => store.close(), [store]);
  useEffect(() => {
    if (timeline && store.update(timeline)) setMasks((before) => before + 1);
  }, [store, timeline]);

  const playback = usePlayback({
    frames,
    rate: video.frameRate ?? 24,
    isReady: useCallback((n) => store.get(n), [store]),
  });
  const { frame, goTo } = playback;

  const look = useMemo(
    () => ({ opacity: pen.opacity, hasOutlines: pen.hasOutlines, hidden: pen.hidden }),
    [pen.opacity, pen.hasOutlines, pen.hidden],
  );

  useEffect(() => {
    let isCurrent = true;
    void store.get(frame).then((next) => {
      if (!isCurrent) return;
      shown.current = next;
      const paper = papers.find(frame, next.labels, size);
      stage.current?.show({ ...next, labels: paper?.map.ids ?? next.labels });
      setReady(true);
    });
    store.prefetch(frame, playback.isPlaying || frame === 0 ? 1 : -1);
    return () => {
      isCurrent = false;
    };
  }, [store, frame, masks, size]);

  const paperHere = useCallback(() => papers.find(frame, shown.current.labels, size), [papers, frame, size]);
  const paper = () => {
    if (!mayCorrect || shown.current.frame !== frame) return null;
    const { map } = paperHere() ?? papers.begin(frame, shown.current.labels, size);
    map.locked = pen.locked;
    stage.current?.show({ ...shown.current, labels: map.ids });
    return map;
  };
  const step = (work: 'undo' | 'redo') => {
    paperHere()?.map[work]();
    stage.current?.labelsChanged();
    if (paperHere()) papers.painted(frame);
  };
  const discard = () => {
    papers.drop(frame);
    stage.current?.show(shown.current);
  };

  const here = paperHere();
  const changed = here ? changedObjects(here.base, here.map.ids) : [];
  const promptHere = prompts?.items.find((one) => one.frame === frame);
  const names = useMemo(
    () => new Map(objects.map(({ id: object, name }) => [object, name ?? `Object ${object}`])),
    [objects],
  );

  const send = async (ids: Uint8Array, spokenOf: readonly number[], done: string) => {
    setSending(true);
    try {
      await sendPrompt(id, frame, ids, size, spokenOf, prompts);
      papers.drop(frame);
      say({ title: done, detail: 'The masks around it follow.' });
      await reload();
    } catch (error) {
      sayProblem(error);
      await reload();
    } finally {
      setSending(false);
    }
  };
  const sendPaint = () => here && changed.length > 0 && void send(here.map.ids, changed, `Frame ${frame} is corrected`);
  const markRight = () => {
    const { labels } = shown.current;
    const all = objects.map(({ id: object }) => object);
    if (mayCorrect && labels && all.length > 0) void send(labels, all, `Frame ${frame} is marked as right`);
  };
  const takeBack = () => {
    ask(api.DELETE('/v1/runs/{id}/prompts/{frame}', { params: { path: { id, frame } } })).then(reload, sayProblem);
  };
  const addObject = () => {
    ask(api.POST('/v1/runs/{id}/objects', { params: { path: { id } }, body: {} })).then((object) => {
      pen.setObject(object.id);
      pen.setTool('brush');
      return reload();
    }, sayProblem);
  };
  const doubt = () => {
    const next = timeline && nextDoubtful(timeline, prompts, frame);
    if (next === undefined) say({ title: 'No frame is doubtful' });
    else goTo(next);
  };
  const toPrompt = (direction: 1 | -1) => {
    const said = (prompts?.items ?? []).map((one) => one.frame);
    const next = direction > 0 ? said.find((n) => n > frame) : said.findLast((n) => n < frame);
    if (next !== undefined) goTo(next);
  };

  const shortcuts: Shortcut[] = [
    { keys: 'F or →', name: 'Next frame', run: () => goTo(frame + 1) },
    { keys: 'D or ←', name: 'Previous frame', run: () => goTo(frame - 1) },
    { keys: 'V or ⇧→', name: '10 frames on', run: () => goTo(frame + 10) },
    { keys: 'C or ⇧←', name: '10 frames back', run: () => goTo(frame - 10) },
    { keys: 'R', name: 'Next prompted frame', run: () => toPrompt(1) },
    { keys: '⇧R', name: 'Previous prompted frame', run: () => toPrompt(-1) },
    { keys: 'HOME', name: 'First frame', run: () => goTo(0) },
    { keys: 'END', name: 'Last frame', run: () => goTo(frames - 1) },
    { keys: 'Space', name: 'Play or pause', run: playback.toggle },
    { keys: 'N', name: 'Next doubtful frame', run: doubt },
    { keys: 'K', name: 'This frame is right', run: markRight },
    { keys: 'Ctrl S or P', name: 'Send the correction', run: () => void sendPaint() },
    { keys: 'Ctrl Z', name: 'Undo', run: () => step('undo') },
    { keys: 'Ctrl Y or Ctrl ⇧Z', name: 'Redo', run: () => step('redo') },
    { keys: '⇧1', name: 'Fit the picture', run: () => stage.current?.fit() },
    ...pen.shortcuts,
    ...objects.slice(0, 9).map(({ id: object }) => ({
      keys: String(object),
      name: `Paint ${names.get(object)}`,
      run: () => pen.setObject(object),
    })),
    { keys: '?', name: 'All shortcuts', run: () => setHelpOpen(true) },
  ];
  useShortcuts(shortcuts);

  const k = timeline?.frames.indexOf(frame) ?? -1;
  const listed = objects.map(({ id: object, name }) => {
    const of = timeline?.objects.find((one) => one.id === object);
    const isHere = k >= 0 && of !== undefined && of.areas[k]! > 0;
    const confidence = of?.confidences[k];
    return { id: object, name, note: k < 0 ? '' : isHere ? (confidence?.toFixed(2) ?? '') : 'not here' };
  });
  const ids = useMemo(() => objects.map(({ id: object }) => object), [objects]);
  const isStale = k >= 0 && timeline !== undefined && timeline.revisions[k]! < revision;
  const seconds = video.frameRate ? `${(frame / video.frameRate).toFixed(2)} s` : '';

  return (
    <div className="bench">
      <RunHead run={run} estimate={estimate} isOffline={isOffline} onChange={() => void reload()} />
      {mayCorrect && (
        <ToolBar
          tool={pen.pen.tool}
          onTool={pen.setTool}
          canUndo={here?.map.canUndo ?? false}
          canRedo={here?.map.canRedo ?? false}
          onUndo={() => step('undo')}
          onRedo={() => step('redo')}
          onFit={() => stage.current?.fit()}
        />
      )}
      <div className="bench-stage">
        <Stage
          ref={stage}
          {...size}
          look={look}
          pen={pen.pen}
          onSize={pen.setSize}
          paper={paper}
          onPainted={() => papers.painted(frame)}
          label={`Frame ${frame} with its masks`}
        />
        {!isReady && <Loading what="Loading the frame" />}
        <div className="stage-notes">
          {isReady && k < 0 && <span className="stage-note">No mask yet</span>}
          {isStale && <span className="stage-note">This mask will change</span>}
          {promptHere && <span className="stage-note">Prompted</span>}
          {store.imageProblem && <span className="stage-note is-bad">{store.imageProblem.title}</span>}
        </div>
        {changed.length > 0 && (
          <div className="stage-action" role="group" aria-label="Correction">
            <span>
              {changed.map((object) => (
                <span key={object} className="stage-object">
                  {names.get(object) ?? `Object ${object}`}
                </span>
              ))}
            </span>
            <Button kind="quiet" onPress={discard}>
              Discard
            </Button>
            <Button kind="primary" onPress={() => void sendPaint()} isDisabled={isSending}>
              Correct frame {frame}
            </Button>
          </div>
        )}
      </div>
      <aside className="bench-panel" aria-label="Run">
        <Tabs className="tabs">
          <TabList className="tab-list" aria-label="Run">
            <Tab id="objects" className="tab">
              Objects
            </Tab>
            <Tab id="export" className="tab">
              Export
            </Tab>
            <Tab id="details" className="tab">
              Details
              {run.warnings.length + (run.error ? 1 : 0) > 0 && (
                <span className="tag warn">{run.warnings.length + (run.error ? 1 : 0)}</span>
              )}
            </Tab>
          </TabList>
          <TabPanel id="objects" className="tab-panel">
            <ObjectsPanel
              objects={listed}
              chosen={pen.pen.object}
              onChoose={pen.setObject}
              hidden={pen.hidden}
              onHide={pen.setHidden}
              locked={pen.locked}
              onLock={pen.setLocked}
              onAdd={mayCorrect ? addObject : undefined}
            />
            <PenPanel pen={pen} />
            <section className="panel-part" aria-label="This frame">
              <div className="panel-head">
                <h2>Frame {frame}</h2>
                <Button kind="quiet" onPress={() => setHelpOpen(true)}>
                  {Icons.keyboard} Shortcuts
                </Button>
              </div>
              <div className="frame-buttons">
                <Button onPress={doubt} isDisabled={!timeline}>
                  {Icons.target} Next doubtful
                </Button>
                {mayCorrect && (
                  <Button onPress={markRight} isDisabled={k < 0 || isSending || changed.length > 0}>
                    {Icons.check} Mark as right
                  </Button>
                )}
                {mayCorrect && promptHere && (prompts?.items.length ?? 0) > 1 && (
                  <Button onPress={takeBack}>{Icons.undo} Take back</Button>
                )}
              </div>
            </section>
          </TabPanel>
          <TabPanel id="export" className="tab-panel">
            <RunExport run={run} />
          </TabPanel>
          <TabPanel id="details" className="tab-panel">
            <RunDetails run={run} />
          </TabPanel>
        </Tabs>
      </aside>
      <div className="bench-foot">
        {problem && <ProblemNote problem={problem} onRetry={() => void reload()} />}
        <Player
          frame={frame}
          frames={frames}
          seconds={seconds}
          isPlaying={playback.isPlaying}
          onPlay={playback.toggle}
          onFrame={goTo}
          speed={playback.speed}
          onSpeed={playback.setSpeed}
        />
        <TimelineView
          frame={frame}
          onFrame={goTo}
          frames={frames}
          timeline={timeline}
          prompts={prompts}
          objects={ids}
          names={names}
          drafts={papers.drafts}
          revision={revision}
          chosen={pen.pen.object}
          onChoose={pen.setObject}
        />
      </div>
      <Dialog title="Shortcuts" isOpen={isHelpOpen} onClose={() => setHelpOpen(false)}>
        <ShortcutList shortcuts={shortcuts} />
      </Dialog>
    </div>
  );
}
