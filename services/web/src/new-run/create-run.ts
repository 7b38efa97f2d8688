import type { Run, Video } from '../api/client';
import { upload } from '../api/upload';
import { indexedPng } from '../labels/indexed-png';
import type { Colours } from '../labels/palette';
import type { ObjectLook } from '../paint/object-dialog';
import type { LabelMap } from '../paint/label-map';
import type { Preset } from './presets';

interface Wishes {
  name: string | undefined;
  preset: Preset;
  encoder: string | undefined;
  /** What is said of the painted objects besides where they are. */
  objects: readonly ({ id: number } & ObjectLook)[];
  colours: Colours;
}

/** Starts a run of a video from what is painted on its frames. @throws Problem */
export async function createRun(
  video: Video,
  painted: ReadonlyMap<number, LabelMap>,
  { objects, colours, ...options }: Wishes,
): Promise<Run> {
  const form = new FormData();
  form.append('options', JSON.stringify(options));
  form.append('videoId', video.id);
  form.append('objects', JSON.stringify(objects));
  for (const [frame, { ids, width, height }] of painted) {
    form.append(frame === 0 ? 'mask' : `mask@${frame}`, await indexedPng(ids, width, height, colours), 'mask.png');
  }
  return upload<Run>('/v1/runs', form);
}
