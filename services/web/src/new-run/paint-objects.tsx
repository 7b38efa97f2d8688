import { useEffect, useMemo, useRef, useState } from 'react';
import type { Video } from '../api/client';
import { Problem } from '../api/problem';
import { ObjectsPanel } from '../paint/objects-panel';
import { PenPanel } from '../paint/pen-panel';
import { Stage, type StageHandle } from '../paint/stage';
import { ToolBar } from '../paint/tool-bar';
import { usePen } from '../paint/use-pen';
import { navigate } from '../router';
import { Dialog } from '../ui/dialog';
import { whole } from '../ui/format';
import { ShortcutList, useShortcuts, type Shortcut } from '../ui/shortcuts';
import { Loading, ProblemNote } from '../ui/states';
import { createRun } from './create-run';
import { FrameStepper } from './frame-stepper';
import { StartPanel, type Choices } from './start-panel';
import { useFrame } from './use-frame';
import { useFrameCount } from './use-frame-count';
import { useObjectLooks } from './use-object-looks';
import { useSheets } from './use-sheets';
import { SERVERS_CHOICE } from './use-versions';

const IMAGE_WIDTH = 1920;
const NO_SKELETONS = new Map();

/** The objects of a run to come: painted on whichever frame shows them best. */
export function PaintObjects({ video, fileName }: { video: Video; fileName: string }) {
  const { id, width, height } = video;
  const frames = useFrameCount(video);
  const pen = usePen('brush');
  const stage = useRef<StageHandle>(null);
  const sheets = useSheets(id, width, height);
  const [frame, setFrame] = useState(() => sheets.painted[0] ?? 0);
  const { image, problem: imageProblem } = useFrame(id, frame, Math.min(width, IMAGE_WIDTH));
  const [added, setAdded] = useState<readonly number[]>([1]);
  const [choices, setChoices] = useState<Choices>({ name: '', preset: 'siammae', encoder: SERVERS_CHOICE.id });
  const [problem, setProblem] = useState<Problem>();
  const [isStarting, setStarting] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);

  const { colours, lookOf, change } = useObjectLooks(sheets.isOnFirst);
  const map = sheets.of(frame);
  const objects = [...new Set([...added, ...sheets.objects])].sort((a, b) => a - b);
  useEffect(() => {
    stage.current?.show({ frame, image: image ?? null, labels: map.ids, keypoints: [] });
  }, [image, frame, map]);

  const goTo = (next: number) => setFrame(Math.min(frames - 1, Math.max(0, next)));
  const step = (work: 'undo' | 'redo') => {
    map[work]();
    stage.current?.labelsChanged();
    sheets.changed(frame);
  };
  const add = () => {
    const next = Math.max(0, ...objects) + 1;
    setAdded([...added, next]);
    pen.setObject(next);
    if (pen.pen.tool === 'eraser' || pen.pen.tool === 'hand') pen.setTool('brush');
  };
  const remove = (object: number) => {
    sheets.remove(object);
    const others = objects.filter((one) => one !== object);
    setAdded(added.filter((one) => one !== object));
    if (pen.pen.object === object && others.length > 0) pen.setObject(others[0]!);
    stage.current?.labelsChanged();
  };
  const start = async () => {
    setStarting(true);
    setProblem(undefined);
    try {
      const run = await createRun(video, sheets.all(), {
        name: choices.name.trim() || undefined,
        preset: choices.preset,
        encoder: choices.encoder === SERVERS_CHOICE.id ? undefined : choices.encoder,
        objects: sheets.objects.map((object) => ({ id: object, ...lookOf(object) })),
        colours,
      });
      sheets.drop();
      navigate(`/runs/${run.id}`);
    } catch (error) {
      setProblem(Problem.unreachable(error));
      setStarting(false);
    }
  };

  const shortcuts: Shortcut[] = [
    { keys: 'F or →', name: 'Next frame', run: () => goTo(frame + 1) },
    { keys: 'D or ←', name: 'Previous frame', run: () => goTo(frame - 1) },
    { keys: 'V or ⇧→', name: '10 frames on', run: () => goTo(frame + 10) },
    { keys: 'C or ⇧←', name: '10 frames back', run: () => goTo(frame - 10) },
    ...pen.shortcuts,
    { keys: 'Ctrl Z', name: 'Undo', run: () => step('undo') },
    { keys: 'Ctrl Y or Ctrl ⇧Z', name: 'Redo', run: () => step('redo') },
    { keys: '⇧1', name: 'Fit the picture', run: () => stage.current?.fit() },
    { keys: 'A', name: 'Another object', run: add },
    ...objects.slice(0, 9).map((object) => ({
      keys: String(object),
      name: `Paint ${lookOf(object).name ?? `object ${object}`}`,
      run: () => pen.setObject(object),
    })),
    { keys: '?', name: 'All shortcuts', run: () => setHelpOpen(true) },
  ];
  useShortcuts(shortcuts);
  const look = useMemo(
    () => ({
      opacity: pen.opacity,
      hasOutlines: pen.hasOutlines,
      colours,
      skeletons: NO_SKELETONS,
      hidden: pen.hidden,
    }),
    [pen.opacity, pen.hasOutlines, colours, pen.hidden],
  );
  const shownProblem = problem ?? imageProblem;

  return (
    <div className="bench">
      <div className="bench-head">
        <h1 title={fileName}>New run: {fileName}</h1>
        <span className="bench-state">
          {width} × {height}
          {video.frames !== null && `, ${whole(video.frames)} frames`}
        </span>
      </div>
      <ToolBar
        tool={pen.pen.tool}
        onTool={pen.setTool}
        canUndo={map.canUndo}
        canRedo={map.canRedo}
        onUndo={() => step('undo')}
        onRedo={() => step('redo')}
        onFit={() => stage.current?.fit()}
      />
      <div className="bench-stage">
        <Stage
          ref={stage}
          width={width}
          height={height}
          look={look}
          pen={pen.pen}
          onSize={pen.setSize}
          paper={() => {
            map.locked = pen.locked;
            return map;
          }}
          onPainted={() => sheets.changed(frame)}
          label={`Frame ${frame}`}
        />
        {!image && <Loading what={`Waiting for frame ${frame}`} />}
      </div>
      <aside className="bench-panel" aria-label="New run">
        <div className="tab-panel fill">
          <ObjectsPanel
            objects={objects.map((object) => ({
              id: object,
              name: lookOf(object).name,
              note: sheets.objects.includes(object) ? '' : 'not painted',
            }))}
            colours={colours}
            chosen={pen.pen.object}
            onChoose={pen.setObject}
            hidden={pen.hidden}
            onHide={pen.setHidden}
            locked={pen.locked}
            onLock={pen.setLocked}
            onAdd={add}
            lookOf={lookOf}
            onChange={change}
            onDelete={remove}
          />
          <PenPanel pen={pen} />
          {shownProblem && (
            <div className="panel-part">
              <ProblemNote problem={shownProblem} />
            </div>
          )}
          <StartPanel
            choices={choices}
            onChange={setChoices}
            placeholder={fileName}
            objects={sheets.objects.length}
            isStarting={isStarting}
            onStart={() => void start()}
            onHelp={() => setHelpOpen(true)}
          />
        </div>
      </aside>
      <div className="bench-foot">
        <FrameStepper frame={frame} frames={frames} painted={sheets.painted} onFrame={goTo} />
      </div>
      <Dialog title="Shortcuts" isOpen={isHelpOpen} onClose={() => setHelpOpen(false)}>
        <ShortcutList shortcuts={shortcuts} />
      </Dialog>
    </div>
  );
}
