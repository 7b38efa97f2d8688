import type { Run } from '../api/client';
import { upload } from '../api/upload';
import { indexedPng } from '../labels/indexed-png';
import type { LabelMap } from '../paint/label-map';
import type { Preset } from './presets';

/** A video that the server has. */
export interface UploadedVideo {
  id: string;
  width: number;
  height: number;
  frames: number | null;
}

interface Wishes {
  name: string | undefined;
  preset: Preset;
  encoder: string | undefined;
  names: ReadonlyMap<number, string>;
}

/** Starts a run of a video from what is painted on its first frame. @throws Problem */
export async function createRun(video: UploadedVideo, map: LabelMap, { names, ...options }: Wishes): Promise<Run> {
  const form = new FormData();
  form.append('options', JSON.stringify({ ...options, videoId: video.id }));
  form.append('mask', await indexedPng(map.ids, map.width, map.height), 'mask.png');
  void names;
  return upload<Run>('/v1/runs', form);
}
