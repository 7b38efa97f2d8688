import { answerAddress } from '@propago/contracts';
import { schemaOf } from '../http/parse-body';
import { objectList } from '../prompts/object-body';
import { promptList } from '../prompts/prompt-body';
import { labelFields } from './sent-labels';

const MASK =
  'PNG of the video’s size whose values are class ids, indexed (DAVIS) or grey: 0 background, 255 void; 0 and 255 alone ' +
  'are one object, class 1. Or a class for each flat colour, or an object on transparent ground. The part needs a file ' +
  'name. It labels frame 0; parts called mask@57 label others';

const triangle = [
  [120.5, 80],
  [190, 82.5],
  [160, 140],
];

const KEYPOINTS =
  'Key points instead of masks, or beside them: JSON with objects and frames, key points of COCO, a csv of DeepLabCut, or ' +
  'an analysis csv of SLEAP, told by their content; as a field or a file. `{"objects":[{"id":1,"points":["nose","tail"],"skeleton":[["nose",' +
  '"tail"]]}],"frames":[{"frame":0,"objects":[{"id":1,"points":[{"name":"nose","x":10.5,"y":20},{"name":"tail",' +
  '"visibility":"absent"}]}]}]}`';

const ANNOTATIONS =
  'What was drawn in another program, in the place of masks or beside them: COCO (polygons, run lengths), LabelMe, Label ' +
  'Studio (VideoRectangle) or CVAT XML 1.1, told by its content; as a field or a file. Objects have the numbers of their ' +
  'tracks where these are free';

/** What a request for a run may say besides its video. */
const said = {
  options: { $ref: answerAddress('RunOptions') },
  prompts: {
    ...schemaOf(promptList),
    example: [
      { frame: 0, objects: [{ id: 1, polygons: [triangle] }] },
      {
        frame: 57,
        objects: [
          { id: 1, absent: true },
          { id: 2, points: [{ name: 'nose', x: 310.5, y: 96.25 }] },
        ],
      },
    ],
  },
  objects: {
    ...schemaOf(objectList),
    example: [
      { id: 1, name: 'cyclist', colour: '#e01b24' },
      { id: 2, name: 'dog', points: ['nose'] },
    ],
  },
  fit: schemaOf(labelFields.fit),
};
const videoId = { type: 'string', format: 'uuid', description: 'Of a video of the tenant, in the place of a file' };

const uploadId = {
  type: 'string',
  format: 'uuid',
  description: 'Of a file that was sent to /v1/uploads, in the place of a file; all its bytes must have arrived',
};

/** The form of POST /v1/runs. It is left open for parts like mask@57, whose names no generator of clients can express. */
const form = {
  type: 'object',
  properties: {
    ...said,
    mask: { type: 'string', format: 'binary', description: MASK },
    annotations: { type: 'string', description: ANNOTATIONS },
    keypoints: { type: 'string', description: KEYPOINTS },
    video: {
      type: 'string',
      format: 'binary',
      description: 'A video, or a zip of JPEG or PNG frames; the part needs a file name',
    },
    videoId,
    uploadId,
  },
};

/** The same as JSON. */
const json = {
  type: 'object',
  additionalProperties: false,
  required: ['prompts'],
  properties: { videoId, uploadId, ...said },
};

/** Schemas of the bodies of POST /v1/runs, by their names in the document: generated clients call them so. */
export const RUN_BODIES = { CreateRunBody: form, RunRequest: json };
