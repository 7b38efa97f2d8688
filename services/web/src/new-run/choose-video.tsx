import { useState } from 'react';
import { DropZone, FileTrigger, Text } from 'react-aria-components';
import type { UploadProgress } from '../api/upload';
import { Button } from '../ui/button';
import { bytes, duration, percent } from '../ui/format';
import { Progress } from '../ui/progress';

interface ChooseVideoProps {
  file: File | undefined;
  progress: UploadProgress | undefined;
  onFile: (file: File) => void;
  onStop: () => void;
}

/** Where the video comes from, and how its upload goes. */
export function ChooseVideo({ file, progress, onFile, onStop }: ChooseVideoProps) {
  const [isOver, setOver] = useState(false);
  if (file) {
    const share = progress && progress.sent / progress.total;
    const isSent = share !== undefined && share >= 1;
    return (
      <div className="uploading" role="status">
        <h2 title={file.name}>{file.name}</h2>
        <Progress label="Upload" share={isSent ? undefined : (share ?? 0)} />
        <p>
          {isSent
            ? 'Looking at the video'
            : progress
              ? `${percent(share!)} of ${bytes(progress.total)} · ${bytes(progress.rate)}/s · ${duration((progress.total - progress.sent) / Math.max(1, progress.rate))} left`
              : `${bytes(file.size)}`}
        </p>
        <Button onPress={onStop}>Stop</Button>
      </div>
    );
  }
  return (
    <DropZone
      className={`drop-zone ${isOver ? 'is-over' : ''}`}
      onDropEnter={() => setOver(true)}
      onDropExit={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        const item = event.items.find((one) => one.kind === 'file');
        if (item?.kind === 'file') void item.getFile().then(onFile);
      }}
    >
      <Text slot="label" className="drop-title">
        Drop a video here
      </Text>
      <p>mp4, mov, mkv, webm, avi or ts; or a zip of JPEG or PNG frames</p>
      <FileTrigger
        onSelect={(files) => files?.[0] && onFile(files[0])}
        acceptedFileTypes={['video/*', '.zip', '.mkv', '.ts', '.m2ts', '.avi']}
      >
        <Button kind="primary">Choose a file</Button>
      </FileTrigger>
    </DropZone>
  );
}
