import { api, ask } from '../api/client';
import { Problem } from '../api/problem';
import { useQuery } from '../api/use-query';
import { BegunList } from '../new-run/begun-list';
import { ChooseVideo, Sending } from '../new-run/choose-video';
import { PaintObjects } from '../new-run/paint-objects';
import { useSending } from '../new-run/use-sending';
import { asOneFile } from '../new-run/zip-of-frames';
import { SampleButton } from '../sample/sample-button';
import { Loading, ProblemNote } from '../ui/states';

const NO_VIDEO = new Problem('FILES_MIXED', 'It is one video, or pictures only.', 'Choose one of these.', 0);

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
  const sending = useSending();
  const { name, progress, problem, begun } = sending;
  const choose = async (files: File[], folder?: string) => {
    const file = await asOneFile(files, folder);
    if (file) sending.send(file);
    else sending.refuse(NO_VIDEO);
  };
  return (
    <div className="page narrow">
      <div className="page-head">
        <h1>New run</h1>
      </div>
      {problem && <ProblemNote problem={problem} />}
      {name !== undefined ? (
        <Sending name={name} progress={progress} onStop={sending.stop} />
      ) : (
        <>
          {begun.length > 0 && (
            <BegunList uploads={begun} needsFile={sending.needsFile} onGoOn={sending.goOn} onGiveUp={sending.giveUp} />
          )}
          <ChooseVideo onFiles={(files, folder) => void choose(files, folder)} />
          <p className="sample-line">
            No video at hand? <SampleButton />
          </p>
        </>
      )}
    </div>
  );
}
