import type { paths } from '../generated/api';
import type { ExportFormat } from './export-formats';

export type ExportOptions = NonNullable<
  paths['/v1/runs/{id}/exports']['post']['requestBody']['content']['application/json']['options']
>;

/** A setting that some formats have, with one of few values. */
interface Setting {
  id: string;
  label: string;
  formats: readonly ExportFormat[];
  /** The first one is what the API assumes. */
  choices: readonly { id: string; name: string; options: ExportOptions }[];
}

/** What is worth choosing by hand; programs can say more. */
export const EXPORT_SETTINGS: readonly Setting[] = [
  {
    id: 'segmentation',
    label: 'Masks as',
    formats: ['coco'],
    choices: [
      { id: 'rle', name: 'Run lengths, exact', options: {} },
      { id: 'polygon', name: 'Polygons, every corner', options: { segmentation: 'polygon' } },
      { id: 'simple', name: 'Polygons, within 1 px', options: { segmentation: 'polygon', tolerance: 1 } },
    ],
  },
  {
    id: 'content',
    label: 'Content',
    formats: ['youtube-vis'],
    choices: [
      { id: 'annotations', name: 'Annotations', options: {} },
      { id: 'results', name: 'Results, for evaluation servers', options: { content: 'results' } },
    ],
  },
  {
    id: 'firstFrame',
    label: 'First frame is',
    formats: ['mots-txt', 'mots-png'],
    choices: [
      { id: '1', name: '1, as MOTSChallenge counts', options: {} },
      { id: '0', name: '0, as KITTI counts', options: { firstFrame: 0 } },
    ],
  },
  {
    id: 'tolerance',
    label: 'Outlines',
    formats: ['cvat-xml'],
    choices: [
      { id: '0.75', name: 'Within 0.75 px, few corners', options: {} },
      { id: '0', name: 'Every corner', options: { tolerance: 0 } },
    ],
  },
  {
    id: 'opacity',
    label: 'Opacity',
    formats: ['overlay-mp4', 'overlay-webm'],
    choices: [
      { id: '0.5', name: '50 %', options: {} },
      { id: '0.25', name: '25 %', options: { opacity: 0.25 } },
      { id: '0.75', name: '75 %', options: { opacity: 0.75 } },
      { id: '1', name: '100 %', options: { opacity: 1 } },
    ],
  },
  {
    id: 'outline',
    label: 'Outlines',
    formats: ['overlay-mp4'],
    choices: [
      { id: 'true', name: 'In the full colour', options: {} },
      { id: 'false', name: 'None', options: { outline: false } },
    ],
  },
  {
    id: 'each',
    label: 'Pictures',
    formats: ['cutouts'],
    choices: [
      { id: 'false', name: 'One for all objects', options: {} },
      { id: 'true', name: 'One for each object', options: { each: true } },
    ],
  },
];

export const settingsOf = (format: ExportFormat): Setting[] =>
  EXPORT_SETTINGS.filter(({ formats }) => formats.includes(format));

interface Wanted {
  /** Ids of choices, by those of settings; absent: what the API assumes. */
  chosen: Readonly<Record<string, string>>;
  /** Null: all. */
  object: number | null;
  /** Whether the run has all its masks; otherwise those from the first frame on are exported that are there. */
  isComplete: boolean;
}

/** The options of a request: only what differs from what the API assumes. */
export function optionsOf(format: ExportFormat, { chosen, object, isComplete }: Wanted): ExportOptions {
  const picked = settingsOf(format).map(({ id, choices }) => choices.find((one) => one.id === chosen[id])?.options);
  return Object.assign(
    {},
    isComplete ? {} : { frames: 'available' },
    object === null ? {} : { objects: [object] },
    ...picked,
  ) as ExportOptions;
}
