import { useEffect, useRef, useState } from 'react';
import { api, ask, type Video } from '../api/client';
import { Problem } from '../api/problem';
import { upload, type UploadProgress } from '../api/upload';
import { useQuery } from '../api/use-query';
import { ChooseVideo } from '../new-run/choose-video';
import { PaintObjects } from '../new-run/paint-objects';
import { navigate } from '../router';
import { SampleButton } from '../sample/sample-button';
import { Loading, ProblemNote } from '../ui/states';

/** From a video to a run: upload, paint the objects, start. @param videoId of one that was sent already */
export default function NewRun({ videoId }: { videoId: string | undefined }) {
  return videoId === undefined ? <SendVideo /> : <SentVideo key={videoId} id={videoId} />;
}

/** A video has an address, so that the page can be loaded again before the run has begun. */
function SentVideo({ id }: { id: string }) {
  const { data, problem, reload } = useQuery(`video ${id}`, () =>
    ask(api.GET('/v1/videos/{id}', { params: { path: { id } } })),
  );
  if (data) return <PaintObjects video={data} />;
  return problem ? <ProblemNote problem={problem} onRetry={reload} /> : <Loading what="Loading the video" />;
}

function SendVideo() {
  const [file, setFile] = useState<File>();
  const [progress, setProgress] = useState<UploadProgress>();
  const [problem, setProblem] = useState<Problem>();
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
      const { id } = await upload<Video>('/v1/videos', form, { onProgress: setProgress, signal });
      navigate(`/new/${id}`);
    } catch (error) {
      setFile(undefined);
      if (!(error instanceof DOMException)) setProblem(Problem.unreachable(error));
    }
  };

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
      {!file && (
        <p className="sample-line">
          No video at hand? <SampleButton />
        </p>
      )}
    </div>
  );
}
