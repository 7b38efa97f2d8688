import { useEffect, useMemo, useRef, useState } from 'react';
import type { Video } from '../api/client';
import { Problem } from '../api/problem';
import { ObjectsPanel } from '../paint/objects-panel';
import { PenPanel } from '../paint/pen-panel';
import { Stage, type StageHandle } from '../paint/stage';
import { ToolBar } from '../paint/tool-bar';
import { usePen } from '../paint/use-pen';
import { PointsPanel } from '../points/points-panel';
import { ShapeDialog } from '../points/shape-dialog';
import { usePointEditor } from '../points/use-point-editor';
import { navigate } from '../router';
import { Dialog } from '../ui/dialog';
import { whole } from '../ui/format';
import { ShortcutList, useShortcuts } from '../ui/shortcuts';
import { Loading, ProblemNote } from '../ui/states';
import { say } from '../ui/toasts';
import { createRun } from './create-run';
import { FrameStepper } from './frame-stepper';
import { newRunShortcuts } from './new-run-shortcuts';
import { putLabels } from './put-labels';
import { StartPanel, type Choices } from './start-panel';
import { useFrame } from './use-frame';
import { useFrameCount } from './use-frame-count';
import { useNewObjects } from './use-new-objects';
import { SERVERS_CHOICE } from './use-versions';

const IMAGE_WIDTH = 1920;

/** The objects of a run to come: painted on whichever frame shows them best. */
export function PaintObjects({ video }: { video: Video }) {
  const { id, width, height } = video;
  const fileName = video.fileName ?? 'video';
  const frames = useFrameCount(video);
  const pen = usePen('brush');
  const stage = useRef<StageHandle>(null);
  const objects = useNewObjects(video);
  const { sheets, points, colours, skeletons } = objects;
  const [frame, setFrame] = useState(() => objects.frames[0] ?? 0);
  const { image, problem: imageProblem } = useFrame(id, frame, Math.min(width, IMAGE_WIDTH));
  const [choices, setChoices] = useState<Choices>({ name: '', preset: 'siammae', encoder: SERVERS_CHOICE.id });
  const [problem, setProblem] = useState<Problem>();
  const [isStarting, setStarting] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isShaping, setShaping] = useState(false);

  const chosen = pen.pen.object;
  const shape = objects.shapeOf(chosen);
  const editor = usePointEditor({ frame, object: chosen, names: shape?.points, papers: points, tracked: undefined });
  const map = sheets.of(frame);
  useEffect(() => {
    const keypoints = points.find(frame) ?? [];
    stage.current?.show({ frame, image: image ?? null, labels: map.ids, keypoints });
  }, [image, frame, map, points.version]);

  const goTo = (next: number) => setFrame(Math.min(frames - 1, Math.max(0, next)));
  const step = (work: 'undo' | 'redo') => {
    if (shape && work === 'undo') return points.undo(frame);
    map[work]();
    stage.current?.labelsChanged();
    sheets.changed(frame);
  };
  const choose = (object: number) => {
    pen.setObject(object);
    if (objects.shapeOf(object)) pen.setTool('points');
    else if (['points', 'eraser', 'hand'].includes(pen.pen.tool)) pen.setTool('brush');
  };
  const add = () => {
    pen.setObject(objects.add());
    if (['points', 'eraser', 'hand'].includes(pen.pen.tool)) pen.setTool('brush');
  };
  const remove = (object: number) => {
    objects.remove(object);
    const left = objects.ids.find((one) => one !== object);
    if (chosen === object && left !== undefined) choose(left);
    stage.current?.labelsChanged();
  };
  const importLabels = async (file: File) => {
    setProblem(undefined);
    try {
      await putLabels(file, map, objects);
      stage.current?.labelsChanged();
      sheets.changed(frame);
      say({ title: `Frame ${frame} has the labels of ${file.name}` });
    } catch (error) {
      setProblem(Problem.unreachable(error));
    }
  };
  const start = async () => {
    setStarting(true);
    setProblem(undefined);
    try {
      const run = await createRun(video, objects, {
        name: choices.name.trim() || undefined,
        preset: choices.preset,
        encoder: choices.encoder === SERVERS_CHOICE.id ? undefined : choices.encoder,
      });
      objects.drop();
      navigate(`/runs/${run.id}`);
    } catch (error) {
      setProblem(Problem.unreachable(error));
      setStarting(false);
    }
  };

  const shortcuts = newRunShortcuts({
    frame,
    goTo,
    pen,
    onChoose: choose,
    objects,
    onStep: step,
    onFit: () => stage.current?.fit(),
    onAdd: add,
    onHelp: () => setHelpOpen(true),
  });
  useShortcuts(shortcuts);
  const { opacity, hasOutlines, hidden } = pen;
  const look = useMemo(
    () => ({ opacity, hasOutlines, colours, skeletons, hidden }),
    [opacity, hasOutlines, colours, skeletons, hidden],
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
        canUndo={shape ? points.canUndo(frame) : map.canUndo}
        canRedo={!shape && map.canRedo}
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
            if (shape) {
              say({ title: 'This object has key points', detail: 'Place them with the tool for key points (T).' });
              return null;
            }
            map.locked = pen.locked;
            return map;
          }}
          points={shape && editor}
          onPainted={() => sheets.changed(frame)}
          label={`Frame ${frame}`}
        />
        {!image && <Loading what={`Waiting for frame ${frame}`} />}
      </div>
      <aside className="bench-panel" aria-label="New run">
        <div className="tab-panel fill">
          <ObjectsPanel
            objects={objects.listed(frame)}
            colours={colours}
            chosen={chosen}
            onChoose={choose}
            hidden={pen.hidden}
            onHide={pen.setHidden}
            locked={pen.locked}
            onLock={pen.setLocked}
            onAdd={add}
            onAddPoints={() => setShaping(true)}
            onImport={(file) => void importLabels(file)}
            lookOf={objects.lookOf}
            onChange={objects.change}
            onDelete={remove}
          />
          {shape ? (
            <PointsPanel editor={editor} name={objects.lookOf(chosen).name ?? `object ${chosen}`} />
          ) : (
            <PenPanel pen={pen} />
          )}
          {shownProblem && (
            <div className="panel-part">
              <ProblemNote problem={shownProblem} />
            </div>
          )}
          <StartPanel
            choices={choices}
            onChange={setChoices}
            placeholder={fileName}
            objects={objects.present.length}
            frames={frames}
            isStarting={isStarting}
            onStart={() => void start()}
            onHelp={() => setHelpOpen(true)}
          />
        </div>
      </aside>
      <div className="bench-foot">
        <FrameStepper frame={frame} frames={frames} painted={objects.frames} onFrame={goTo} />
      </div>
      {isShaping && (
        <ShapeDialog
          onClose={() => setShaping(false)}
          onAdd={(name, one) => {
            pen.setObject(objects.addShape(name, one));
            pen.setTool('points');
          }}
        />
      )}
      <Dialog title="Shortcuts" isOpen={isHelpOpen} onClose={() => setHelpOpen(false)}>
        <ShortcutList shortcuts={shortcuts} />
      </Dialog>
    </div>
  );
}
