import { z } from 'zod';
import { schemaOf } from '../http/parse-body';

/** The body of POST /v1/videos as JSON. */
export const videoRequest = z.strictObject({
  uploadId: z.uuid().describe('Of a file that was sent to /v1/uploads, all of whose bytes have arrived'),
});

/** Schemas of bodies, by their names in the document: generated clients call them so. */
export const VIDEO_BODIES = { VideoRequest: schemaOf(videoRequest) };
