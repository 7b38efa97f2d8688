import type { Export } from '../api/client';

export type ExportFormat = Export['format'];

interface FormatFacts {
  name: string;
  hint: string;
  /** Whether the file gives every pixel of the masks back. */
  isExact: boolean;
  /** What the format has no place for, in sentences. */
  cannotHold: readonly string[];
}

const NO_CONFIDENCE = 'Confidences are not part of the format.';

/** The formats of exports, in the words of the API, so that one knows what is lost before a file is made. */
export const EXPORT_FORMATS: Record<ExportFormat, FormatFacts> = {
  davis: {
    name: 'DAVIS',
    hint: 'One indexed PNG for each frame, whose values are object ids',
    isExact: true,
    cannotHold: [NO_CONFIDENCE, 'Names of objects are not part of the format.'],
  },
  coco: {
    name: 'COCO instances',
    hint: 'One image for each frame, the object’s id as track_id',
    isExact: true,
    cannotHold: ['With polygons holes are filled, and what a tolerance takes away is lost.'],
  },
  'youtube-vis': {
    name: 'YouTube-VIS',
    hint: 'One annotation for each object, with run lengths for each frame',
    isExact: true,
    cannotHold: ['Confidences of frames are not part of the format; results have one score for each object.'],
  },
  'mots-txt': {
    name: 'MOTS text',
    hint: 'One line for each object on each frame, with run lengths',
    isExact: true,
    cannotHold: [NO_CONFIDENCE, 'Names are not part of the format.'],
  },
  'mots-png': {
    name: 'MOTS PNG',
    hint: 'One picture of 16 bit for each frame, class x 1000 + instance',
    isExact: true,
    cannotHold: [NO_CONFIDENCE],
  },
  'cvat-mots': {
    name: 'CVAT, MOTS PNG',
    hint: 'As CVAT imports it into a task of the same video (MOTS PNG 1.0)',
    isExact: true,
    cannotHold: [NO_CONFIDENCE, 'CVAT makes polygons of the pixels when it imports them, and fills holes.'],
  },
  'cvat-xml': {
    name: 'CVAT for video 1.1',
    hint: 'Polygon tracks, a key frame on each frame',
    isExact: false,
    cannotHold: [
      'Polygons have no holes: they are filled.',
      'Each part of an object is a track of its own, in the object’s group; of more than 20 parts the largest are kept.',
      NO_CONFIDENCE,
    ],
  },
  'label-studio': {
    name: 'Label Studio',
    hint: 'A task with one VideoRectangle for each object as a prediction',
    isExact: false,
    cannotHold: ['Label Studio has no masks on videos: an object is the box around its pixels.'],
  },
  ultralytics: {
    name: 'Ultralytics segment',
    hint: 'One text file for each frame, one line for each outline',
    isExact: false,
    cannotHold: [
      'Polygons have no holes: they are filled.',
      'Each part of an object is an instance of its own.',
      'Identities over time are not part of the format.',
      NO_CONFIDENCE,
    ],
  },
  'sa-v': {
    name: 'SA-V',
    hint: 'Run lengths by frame and object, on every frame instead of every fourth',
    isExact: true,
    cannotHold: [NO_CONFIDENCE, 'Names are not part of the format.'],
  },
  'overlay-mp4': {
    name: 'Overlay video',
    hint: 'The video with its masks painted over it, for looking at',
    isExact: false,
    cannotHold: ['Masks cannot be read back from it.', 'Its frame rate is constant, the mean of the video’s.'],
  },
  'overlay-webm': {
    name: 'Masks as a transparent video',
    hint: 'The masks alone, to be laid over the video',
    isExact: false,
    cannotHold: ['Edges are soft and colours approximate.', 'Its frame rate is constant, the mean of the video’s.'],
  },
  cutouts: {
    name: 'Cut-outs',
    hint: 'Each frame as a PNG that is transparent outside of the objects',
    isExact: true,
    cannotHold: ['Without `each`, objects cannot be told apart.', NO_CONFIDENCE],
  },
  csv: {
    name: 'Table (CSV)',
    hint: 'Area, box, centroid and confidence of each object on each frame',
    isExact: false,
    cannotHold: ['It has measurements of the masks instead of the masks.'],
  },
  'coco-keypoints': {
    name: 'COCO key points',
    hint: 'One image for each frame, the object’s id as track_id',
    isExact: true,
    cannotHold: [
      'Confidences of points are not part of the format; an annotation has one score.',
      'A lost point is one that is not labelled, as an absent one is.',
    ],
  },
  deeplabcut: {
    name: 'DeepLabCut',
    hint: 'One line for each frame with x, y and likelihood of each point',
    isExact: true,
    cannotHold: ['Whether a point is hidden is not part of the format.', 'Lines between points are not part of it.'],
  },
  'keypoints-csv': {
    name: 'Table of key points (CSV)',
    hint: 'Place, confidence and state of each point on each frame',
    isExact: true,
    cannotHold: ['Lines between points are not part of it.'],
  },
};

export const EXPORT_FORMAT_CHOICES = Object.entries(EXPORT_FORMATS).map(([id, { name, hint }]) => ({ id, name, hint }));
