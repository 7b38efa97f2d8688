import { z } from 'zod';
import { ApiClient } from './api-client';

/** What the command line reads of a video. */
export const videoResource = z.looseObject({
  id: z.uuid(),
  fileName: z.string().nullable(),
  bytes: z.number(),
  codec: z.string(),
  width: z.number(),
  height: z.number(),
  durationSeconds: z.number().nullable(),
  frames: z.number().nullable(),
  decoding: z.looseObject({
    state: z.string(),
    error: z.looseObject({ code: z.string(), detail: z.string().nullable() }).nullable(),
  }),
  runs: z.number(),
});
export type VideoResource = z.infer<typeof videoResource>;

export const videoPage = z.object({ items: z.array(videoResource), next: z.string().nullable() });

const videoFrame = z.object({
  index: z.number(),
  seconds: z.number(),
  keyFrame: z.boolean(),
  name: z.string().optional(),
});
export type VideoFrameRow = z.infer<typeof videoFrame>;

export const videoFramePage = z.looseObject({
  items: z.array(videoFrame),
  frames: z.number().nullable(),
  decoding: videoResource.shape.decoding,
});

/** The video of an id, which may be that of a run on it. @throws Failure where there is neither */
export async function videoOf(client: ApiClient, id: string): Promise<VideoResource> {
  const path = `/v1/videos/${encodeURIComponent(id)}`;
  const video = await client.find(path);
  if (video !== undefined) return videoResource.parse(video);
  const { videoId } = z
    .looseObject({ videoId: z.uuid() })
    .parse(await client.call('GET', `/v1/runs/${encodeURIComponent(id)}`));
  return videoResource.parse(await client.call('GET', `/v1/videos/${videoId}`));
}
