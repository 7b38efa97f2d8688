import { useEffect, useRef, useState } from 'react';
import type { Video } from '../api/client';
import { Problem } from '../api/problem';
import { upload, type UploadProgress } from '../api/upload';
import { ChooseVideo } from '../new-run/choose-video';
import { PaintObjects } from '../new-run/paint-objects';
import { ProblemNote } from '../ui/states';

/** From a video to a run: upload, paint the objects, start. */
export default function NewRun() {
  const [file, setFile] = useState<File>();
  const [progress, setProgress] = useState<UploadProgress>();
  const [problem, setProblem] = useState<Problem>();
  const [video, setVideo] = useState<Video>();
  const controller = useRef<AbortController>(null);
  useEffect(() => () => controller.current?.abort(), []);

  const start = async (chosen: File) => {
    controller.current = new AbortController();
    setFile(chosen);
    setProblem(undefined);
    setProgress(undefined);
    const form = new FormData();
    form.append('video', chosen, chosen.name);
    try {
      const { signal } = controller.current;
      setVideo(await upload<Video>('/v1/videos', form, { onProgress: setProgress, signal }));
    } catch (error) {
      setFile(undefined);
      if (!(error instanceof DOMException)) setProblem(Problem.unreachable(error));
    }
  };

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
