import type { Run, Video } from '../api/client';
import { upload } from '../api/upload';
import { indexedPng } from '../labels/indexed-png';
import type { LabelMap } from '../paint/label-map';
import type { Preset } from './presets';

interface Wishes {
  name: string | undefined;
  preset: Preset;
  encoder: string | undefined;
  names: ReadonlyMap<number, string>;
}

/** Starts a run of a video from what is painted on its frames. @throws Problem */
export async function createRun(
  video: Video,
  painted: ReadonlyMap<number, LabelMap>,
  { names, ...options }: Wishes,
): Promise<Run> {
  const form = new FormData();
  form.append('options', JSON.stringify(options));
  form.append('videoId', video.id);
  if (names.size > 0) form.append('objects', JSON.stringify([...names].map(([id, name]) => ({ id, name }))));
  for (const [frame, { ids, width, height }] of painted) {
    form.append(frame === 0 ? 'mask' : `mask@${frame}`, await indexedPng(ids, width, height), 'mask.png');
  }
  return upload<Run>('/v1/runs', form);
}
