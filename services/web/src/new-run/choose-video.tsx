import { useState } from 'react';
import { DropZone, FileTrigger, Text, type DropItem } from 'react-aria-components';
import { Button } from '../ui/button';
import { bytes, duration, percent } from '../ui/format';
import { Progress } from '../ui/progress';
import type { SendProgress } from './send-file';

/** Where the video comes from. */
export function ChooseVideo({ onFiles }: { onFiles: (files: File[], folder?: string) => void }) {
  const [isOver, setOver] = useState(false);
  return (
    <DropZone
      className={`drop-zone ${isOver ? 'is-over' : ''}`}
      onDropEnter={() => setOver(true)}
      onDropExit={() => setOver(false)}
      onDrop={({ items }) => {
        setOver(false);
        const folder = items.find((one) => one.kind === 'directory')?.name;
        void filesOf(items).then((files) => onFiles(files, folder));
      }}
    >
      <Text slot="label" className="drop-title">
        Drop a video here, or its frames
      </Text>
      <p>mp4, mov, mkv, webm, avi or ts; JPEG or PNG pictures, in the order of their names, or a zip of them</p>
      <FileTrigger
        onSelect={(files) => files && onFiles([...files])}
        acceptedFileTypes={['video/*', 'image/jpeg', 'image/png', '.zip', '.mkv', '.ts', '.m2ts', '.avi']}
        allowsMultiple
      >
        <Button kind="primary">Choose files</Button>
      </FileTrigger>
    </DropZone>
  );
}

/** How far it is. */
export function Sending({
  name,
  progress,
  onStop,
}: {
  name: string;
  progress: SendProgress | undefined;
  onStop: () => void;
}) {
  const isSent = progress !== undefined && progress.sent >= progress.total;
  const share = progress && progress.sent / Math.max(1, progress.total);
  return (
    <div className="uploading">
      <h2 title={name}>{name}</h2>
      <Progress label="Upload" share={isSent ? undefined : share} />
      <p role="status">
        {progress?.isWaiting
          ? 'Connection lost. It goes on by itself when the server is back.'
          : isSent
            ? 'Looking at the video'
            : progress
              ? facts(progress)
              : 'Starting'}
      </p>
      <Button onPress={onStop}>Stop</Button>
    </div>
  );
}

function facts({ sent, total, rate }: SendProgress): string {
  const known = `${percent(sent / total)} of ${bytes(total)}`;
  return rate ? `${known} · ${bytes(rate)}/s · ${duration((total - sent) / rate)} left` : known;
}

/** Of what was dropped, and of folders among it; files in folders of these are left out. */
async function filesOf(items: Iterable<DropItem> | AsyncIterable<DropItem>, depth = 0): Promise<File[]> {
  const files: File[] = [];
  for await (const item of items) {
    if (item.kind === 'file') files.push(await item.getFile());
    if (item.kind === 'directory' && depth === 0) files.push(...(await filesOf(item.getEntries(), 1)));
  }
  return files;
}
