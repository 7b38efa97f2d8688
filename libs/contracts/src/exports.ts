import { z } from 'zod';
import { parseFields } from './field-problems';
import { OBJECT_KINDS } from './keypoints';
import { describeOption } from './run-options';

export const EXPORT_STATES = ['queued', 'running', 'ready', 'failed'] as const;
export type ExportState = (typeof EXPORT_STATES)[number];

const objectId = z.int().min(1).max(254);

/** What every format can be asked for. */
const anyFormat = {
  frames: z
    .enum(['all', 'available'])
    .default('all')
    .describe('available: those from the first on that have a mask now, of a run that goes on'),
  objects: z.array(objectId).min(1).max(254).optional().describe('Ids of the objects to export; absent: all'),
};

const tolerance = (fallback: number) =>
  z
    .number()
    .min(0)
    .max(20)
    .default(fallback)
    .describe('Pixels by which a simplified outline may miss that of the mask; 0 keeps every corner');

const classId = z
  .int()
  .min(1)
  .max(65)
  .optional()
  .describe('Class of all objects, such as 2, pedestrian; absent: one for each name, counted from 1 without 10');

const firstFrame = z.int().min(0).max(1).default(1).describe('Number of the first frame: MOTSChallenge 1, KITTI 0');

const ZIP = { mediaType: 'application/zip', extension: 'zip' } as const;
const JSON_FILE = { mediaType: 'application/json', extension: 'json' } as const;

const NO_CONFIDENCE = 'Confidences are not part of the format.';

/**
 * The formats of exports. `cannotHold` says in sentences what of a run is not in the file; `isExact` whether each pixel
 * of each mask is, or each point to a thousandth of a pixel. What is lost otherwise is measured while the file is made.
 */
export const EXPORT_FORMATS = {
  davis: {
    ...ZIP,
    summary: 'DAVIS: one indexed PNG for each frame, whose values are object ids',
    isExact: true,
    options: {},
    cannotHold: [NO_CONFIDENCE, 'Names of objects are not part of the format.'],
  },
  coco: {
    ...JSON_FILE,
    summary: 'COCO instances: one image for each frame, the object’s id as track_id',
    isExact: true,
    options: {
      segmentation: z
        .enum(['rle', 'polygon'])
        .default('rle')
        .describe('polygon: outlines, for programs that read no run lengths; holes are filled'),
      tolerance: tolerance(0),
    },
    cannotHold: ['With polygons holes are filled, and what a tolerance takes away is lost.'],
  },
  'youtube-vis': {
    ...JSON_FILE,
    summary: 'YouTube-VIS: one annotation for each object, with run lengths for each frame',
    isExact: true,
    options: {
      content: z
        .enum(['annotations', 'results'])
        .default('annotations')
        .describe('results: the list that evaluation servers take, with a score'),
    },
    cannotHold: ['Confidences of frames are not part of the format; results have one score for each object.'],
  },
  'mots-txt': {
    mediaType: 'text/plain',
    extension: 'txt',
    summary: 'MOTS text: one line for each object on each frame, with run lengths',
    isExact: true,
    options: { firstFrame, classId },
    cannotHold: [NO_CONFIDENCE, 'Names are not part of the format.'],
  },
  'mots-png': {
    ...ZIP,
    summary: 'MOTS PNG: one picture of 16 bit for each frame, class x 1000 + instance',
    isExact: true,
    options: { firstFrame, classId },
    cannotHold: [NO_CONFIDENCE],
  },
  'cvat-mots': {
    ...ZIP,
    summary: 'MOTS PNG as CVAT imports it into a task of the same video (MOTS PNG 1.0), as polygon tracks',
    isExact: true,
    options: {},
    cannotHold: [NO_CONFIDENCE, 'CVAT makes polygons of the pixels when it imports them, and fills holes.'],
  },
  'cvat-xml': {
    mediaType: 'application/xml',
    extension: 'xml',
    summary: 'CVAT for video 1.1: polygon tracks, a key frame on each frame',
    isExact: false,
    options: { tolerance: tolerance(0.75) },
    cannotHold: [
      'Polygons have no holes: they are filled.',
      'Each part of an object is a track of its own, in the object’s group; of more than 20 parts the largest are kept.',
      NO_CONFIDENCE,
    ],
  },
  'label-studio': {
    ...JSON_FILE,
    summary: 'Label Studio: a task with one VideoRectangle for each object as a prediction',
    isExact: false,
    options: {
      video: z.string().min(1).max(2000).optional().describe('Address of the video in the task; absent: its name'),
      fromName: z.string().min(1).max(100).default('box').describe('`name` of the VideoRectangle tag'),
      toName: z.string().min(1).max(100).default('video').describe('`name` of the Video tag'),
    },
    cannotHold: ['Label Studio has no masks on videos: an object is the box around its pixels.'],
  },
  ultralytics: {
    ...ZIP,
    summary: 'Ultralytics segment: one text file for each frame, one line for each outline',
    isExact: false,
    options: {},
    cannotHold: [
      'Polygons have no holes: they are filled.',
      'Each part of an object is an instance of its own.',
      'Identities over time are not part of the format.',
      NO_CONFIDENCE,
    ],
  },
  'sa-v': {
    ...JSON_FILE,
    summary: 'SA-V: run lengths by frame and object, on every frame instead of every fourth',
    isExact: true,
    options: {},
    cannotHold: [NO_CONFIDENCE, 'Names are not part of the format.'],
  },
  'overlay-mp4': {
    mediaType: 'video/mp4',
    extension: 'mp4',
    summary: 'The video with its masks painted over it, for looking at',
    isExact: false,
    options: {
      opacity: z.number().min(0).max(1).default(0.5).describe('Of the colour of an object, 0 to 1'),
      outline: z.boolean().default(true).describe('Whether border pixels have the full colour'),
    },
    cannotHold: ['Masks cannot be read back from it.', 'Its frame rate is constant, the mean of the video’s.'],
  },
  'overlay-webm': {
    mediaType: 'video/webm',
    extension: 'webm',
    summary: 'The masks alone, transparent elsewhere, to be laid over the video',
    isExact: false,
    options: {
      opacity: z.number().min(0).max(1).default(0.5).describe('Of an object, 0 to 1'),
    },
    cannotHold: ['Edges are soft and colours approximate.', 'Its frame rate is constant, the mean of the video’s.'],
  },
  cutouts: {
    ...ZIP,
    summary: 'What the masks show: each frame as a PNG that is transparent outside of the objects',
    isExact: true,
    options: { each: z.boolean().default(false).describe('true: a picture for each object instead of one for all') },
    cannotHold: ['Without `each`, objects cannot be told apart.', NO_CONFIDENCE],
  },
  csv: {
    mediaType: 'text/csv',
    extension: 'csv',
    summary: 'A table: area, box, centroid and confidence of each object on each frame',
    isExact: false,
    options: {},
    cannotHold: ['It has measurements of the masks instead of the masks.'],
  },
  'coco-keypoints': {
    ...JSON_FILE,
    summary:
      'COCO key points: one image for each frame, the object’s id as track_id, places counted from pixel centres',
    isExact: true,
    options: {},
    cannotHold: [
      'Confidences of points are not part of the format; an annotation has one score.',
      'A lost point is one that is not labelled, as an absent one is.',
    ],
  },
  deeplabcut: {
    mediaType: 'text/csv',
    extension: 'csv',
    summary: 'DeepLabCut: one line for each frame with x, y and likelihood of each point, counted from pixel centres',
    isExact: true,
    options: {},
    cannotHold: ['Whether a point is hidden is not part of the format.', 'Lines between points are not part of it.'],
  },
  'keypoints-csv': {
    mediaType: 'text/csv',
    extension: 'csv',
    summary: 'A table: place, confidence and state of each point on each frame',
    isExact: true,
    options: {},
    cannotHold: ['Lines between points are not part of it.'],
  },
} as const satisfies Record<string, ExportFormatFacts>;

interface ExportFormatFacts {
  mediaType: string;
  extension: string;
  summary: string;
  isExact: boolean;
  options: z.ZodRawShape;
  cannotHold: readonly string[];
}

export type ExportFormat = keyof typeof EXPORT_FORMATS;

/** Kinds of objects that a format tells of. */
export function kindsIn(format: ExportFormat): readonly (typeof OBJECT_KINDS)[number][] {
  if (format === 'overlay-mp4') return OBJECT_KINDS;
  return format === 'coco-keypoints' || format === 'deeplabcut' || format === 'keypoints-csv'
    ? ['keypoints']
    : ['mask'];
}
export const EXPORT_FORMAT_NAMES = Object.keys(EXPORT_FORMATS) as [ExportFormat, ...ExportFormat[]];

type AnyFormat = z.ZodObject<typeof anyFormat>;
/** The options of a format, completed with what is assumed of absent ones. */
export type ExportOptions<F extends ExportFormat = ExportFormat> = F extends ExportFormat
  ? z.output<AnyFormat> & z.output<z.ZodObject<(typeof EXPORT_FORMATS)[F]['options']>>
  : never;

const optionsOf = (format: ExportFormat) =>
  z.strictObject({ ...anyFormat, ...(EXPORT_FORMATS[format].options as z.ZodRawShape) });

/** What is asked for with a new export, as the document of the API shows it: the options of all formats together. */
export const exportRequest = z.strictObject({
  format: z.enum(EXPORT_FORMAT_NAMES).describe(
    Object.entries(EXPORT_FORMATS)
      .map(([name, { summary }]) => `\`${name}\` – ${summary}`)
      .join('. '),
  ),
  options: z.strictObject({ ...anyFormat, ...allOptions() }).optional(),
});

/** Each option once, with the formats that have it. */
function allOptions(): z.ZodRawShape {
  const shapes = Object.entries(EXPORT_FORMATS).map(([name, { options }]) => ({
    name,
    options: options as z.ZodRawShape,
  }));
  const names = [...new Set(shapes.flatMap(({ options }) => Object.keys(options)))];
  return Object.fromEntries(
    names.map((option) => {
      const having = shapes.filter(({ options }) => option in options);
      const schema = having[0]!.options[option] as z.ZodType;
      const formats = having.map(({ name }) => name).join(', ');
      const bare = schema instanceof z.ZodDefault ? (schema.unwrap() as z.ZodType) : schema;
      return [option, bare.optional().describe(`Of ${formats}. ${schema.description}`)];
    }),
  );
}

/** The format, and its options checked and completed. @throws FieldErrors OPTION_UNKNOWN, OPTION_OUT_OF_RANGE, … */
export function parseExportRequest(body: unknown): { format: ExportFormat; options: ExportOptions } {
  const asked = z.strictObject({ format: exportRequest.shape.format, options: z.unknown().optional() });
  const { format, options } = parseFields(asked, body === undefined ? {} : body, describeOption);
  return { format, options: parseExportOptions(format, options) };
}

/** The options of a format as they were sent, checked and completed. @throws FieldErrors OPTION_UNKNOWN, OPTION_OUT_OF_RANGE */
export function parseExportOptions<F extends ExportFormat>(format: F, options: unknown): ExportOptions<F> {
  return parseFields(optionsOf(format), options === undefined ? {} : options, describeOption) as ExportOptions<F>;
}
