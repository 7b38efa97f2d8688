import { useEffect, useMemo, useRef, useState } from 'react';
import { Input, Label, TextField } from 'react-aria-components';
import { Problem } from '../api/problem';
import { upload, type UploadProgress } from '../api/upload';
import { frameImage } from '../labels/frame-image';
import { dropDraft, loadDraft, saveDraft } from '../labels/drafts';
import { ChooseVideo } from '../new-run/choose-video';
import { createRun, type UploadedVideo } from '../new-run/create-run';
import { PRESETS, type Preset } from '../new-run/presets';
import { SERVERS_CHOICE, useVersions } from '../new-run/use-versions';
import { LabelMap } from '../paint/label-map';
import { ObjectsPanel } from '../paint/objects-panel';
import { PenPanel } from '../paint/pen-panel';
import { Stage, type StageHandle } from '../paint/stage';
import { ToolBar } from '../paint/tool-bar';
import { usePen } from '../paint/use-pen';
import { navigate } from '../router';
import { Button, IconButton } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { whole } from '../ui/format';
import { Icons } from '../ui/icons';
import { Select } from '../ui/select';
import { ShortcutList, useShortcuts, type Shortcut } from '../ui/shortcuts';
import { Loading, ProblemNote } from '../ui/states';

/** From a video to a run: upload, paint the objects on a frame, start. */
export default function NewRun() {
  const [file, setFile] = useState<File>();
  const [progress, setProgress] = useState<UploadProgress>();
  const [problem, setProblem] = useState<Problem>();
  const [video, setVideo] = useState<UploadedVideo>();
  const controller = useRef<AbortController>(null);

  const start = async (chosen: File) => {
    controller.current = new AbortController();
    setFile(chosen);
    setProblem(undefined);
    setProgress(undefined);
    const form = new FormData();
    form.append('video', chosen, chosen.name);
    try {
      const { signal } = controller.current;
      setVideo(await upload<UploadedVideo>('/v1/videos', form, { onProgress: setProgress, signal }));
    } catch (error) {
      setFile(undefined);
      if (!(error instanceof DOMException)) setProblem(Problem.unreachable(error));
    }
  };
  useEffect(() => () => controller.current?.abort(), []);

  if (video) return <PaintObjects video={video} fileName={file?.name ?? ''} />;
  return (
    <div className="page narrow">
      <div className="page-head">
        <h1>New run</h1>
      </div>
      {problem && <ProblemNote problem={problem} />}
      <ChooseVideo
        file={file}
        progress={progress}
        onFile={(chosen) => void start(chosen)}
        onStop={() => controller.current?.abort()}
      />
    </div>
  );
}

const TRY_AGAIN_MS = 500;

function PaintObjects({ video, fileName }: { video: UploadedVideo; fileName: string }) {
  const { id, width, height } = video;
  const pen = usePen('brush');
  const stage = useRef<StageHandle>(null);
  const map = useMemo(() => new LabelMap(width, height, loadDraft(id, 0, width, height)), [id, width, height]);
  const [, setVersion] = useState(0);
  const [image, setImage] = useState<ImageBitmap>();
  const [names, setNames] = useState<ReadonlyMap<number, string>>(new Map());
  const [objects, setObjects] = useState<readonly number[]>(() => {
    const painted = [...new Set(map.ids)].filter((one) => one > 0).sort((a, b) => a - b);
    return painted.length > 0 ? painted : [1];
  });
  const [name, setName] = useState('');
  const [preset, setPreset] = useState<Preset>('siammae');
  const [version, setVersionChoice] = useState(SERVERS_CHOICE.id);
  const [problem, setProblem] = useState<Problem>();
  const [isStarting, setStarting] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const versions = useVersions();

  // The frame is there as soon as it is decoded.
  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () =>
      frameImage(id, 0, width, controller.signal).then(
        (found) => {
          setImage(found);
          setProblem(undefined);
        },
        (error: unknown) => {
          if (controller.signal.aborted) return;
          const found = Problem.unreachable(error);
          if (![404, 409, 503].includes(found.status)) setProblem(found);
          timer = setTimeout(() => void look(), TRY_AGAIN_MS);
        },
      );
    void look();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [id, width]);
  useEffect(() => stage.current?.show({ frame: 0, image: image ?? null, labels: map.ids }), [image, map]);

  const painted = () => {
    saveDraft(id, 0, map.ids, width, height);
    setVersion((before) => before + 1);
  };
  const step = (work: 'undo' | 'redo') => {
    map[work]();
    stage.current?.labelsChanged();
    painted();
  };
  const add = () => {
    const next = Math.max(0, ...objects) + 1;
    setObjects([...objects, next]);
    pen.setObject(next);
    if (pen.pen.tool === 'eraser' || pen.pen.tool === 'hand') pen.setTool('brush');
  };
  const present = useMemo(() => new Set(map.ids), [map.version]);
  const drawn = objects.filter((one) => present.has(one));

  const start = async () => {
    setStarting(true);
    setProblem(undefined);
    try {
      const run = await createRun(video, map, {
        name: name.trim() || undefined,
        preset,
        encoder: version === SERVERS_CHOICE.id ? undefined : version,
        names: new Map([...names].filter(([object]) => present.has(object))),
      });
      dropDraft(id, 0);
      navigate(`/runs/${run.id}`);
    } catch (error) {
      setProblem(Problem.unreachable(error));
      setStarting(false);
    }
  };

  const shortcuts: Shortcut[] = [
    ...pen.shortcuts,
    { keys: 'Ctrl Z', name: 'Undo', run: () => step('undo') },
    { keys: 'Ctrl Y or Ctrl ⇧Z', name: 'Redo', run: () => step('redo') },
    { keys: '⇧1', name: 'Fit the picture', run: () => stage.current?.fit() },
    { keys: 'A', name: 'Another object', run: add },
    ...objects.slice(0, 9).map((object) => ({
      keys: String(object),
      name: `Paint ${names.get(object) ?? `object ${object}`}`,
      run: () => pen.setObject(object),
    })),
    { keys: '?', name: 'All shortcuts', run: () => setHelpOpen(true) },
  ];
  useShortcuts(shortcuts);
  const look = useMemo(
    () => ({ opacity: pen.opacity, hasOutlines: pen.hasOutlines, hidden: pen.hidden }),
    [pen.opacity, pen.hasOutlines, pen.hidden],
  );

  return (
    <div className="bench paint-first">
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
          onPainted={painted}
          label="First frame"
        />
        {!image && <Loading what="Waiting for the first frame" />}
      </div>
      <aside className="bench-panel" aria-label="New run">
        <div className="tab-panel fill">
          <ObjectsPanel
            objects={objects.map((object) => ({
              id: object,
              name: names.get(object) ?? null,
              note: present.has(object) ? '' : 'not painted',
            }))}
            chosen={pen.pen.object}
            onChoose={pen.setObject}
            hidden={pen.hidden}
            onHide={pen.setHidden}
            locked={pen.locked}
            onLock={pen.setLocked}
            onAdd={add}
            onRename={(object, next) => setNames(new Map(names).set(object, next))}
          />
          <PenPanel pen={pen} />
          <section className="panel-part" aria-label="Run">
            <TextField className="field" value={name} onChange={setName} maxLength={200}>
              <Label>Name of the run</Label>
              <Input className="input" placeholder={fileName} />
            </TextField>
            <Select label="Preset" choices={PRESETS} value={preset} onChange={(next) => setPreset(next as Preset)} />
            {versions.length > 1 && (
              <Select label="Encoder" choices={versions} value={version} onChange={setVersionChoice} />
            )}
            {problem && <ProblemNote problem={problem} />}
            <div className="start">
              <Button kind="primary" isDisabled={drawn.length === 0 || isStarting} onPress={() => void start()}>
                {isStarting
                  ? 'Starting'
                  : drawn.length === 1
                    ? 'Start with 1 object'
                    : `Start with ${drawn.length} objects`}
              </Button>
              <IconButton
                icon={Icons.keyboard}
                label="Shortcuts"
                keys="?"
                placement="top"
                onPress={() => setHelpOpen(true)}
              />
            </div>
            {drawn.length === 0 && <p className="hint">Paint each object on this frame; rough edges are fine.</p>}
          </section>
        </div>
      </aside>
      <Dialog title="Shortcuts" isOpen={isHelpOpen} onClose={() => setHelpOpen(false)}>
        <ShortcutList shortcuts={shortcuts} />
      </Dialog>
    </div>
  );
}
