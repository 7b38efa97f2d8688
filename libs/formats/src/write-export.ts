import type { ExportFormat } from '@propago/contracts';
import type { FormatReport, FormatSource, FormatTarget, FormatWriter } from './format';
import { writeCoco } from './formats/coco';
import { writeCocoKeypoints } from './formats/coco-keypoints';
import { writeCsv } from './formats/csv';
import { writeCutouts } from './formats/cutouts';
import { writeCvatXml } from './formats/cvat-xml';
import { writeDavis } from './formats/davis';
import { writeDeepLabCut } from './formats/deeplabcut';
import { writeKeypointsCsv } from './formats/keypoints-csv';
import { writeLabelStudio } from './formats/label-studio';
import { writeCvatMots, writeMotsPng } from './formats/mots-png';
import { writeMotsTxt } from './formats/mots-txt';
import { writeOverlay, writeTransparentOverlay } from './formats/overlay';
import { writeSaV } from './formats/sa-v';
import { writeUltralytics } from './formats/ultralytics';
import { writeYoutubeVis } from './formats/youtube-vis';

const WRITERS: { [F in ExportFormat]: FormatWriter<F> } = {
  davis: writeDavis,
  coco: writeCoco,
  'youtube-vis': writeYoutubeVis,
  'mots-txt': writeMotsTxt,
  'mots-png': writeMotsPng,
  'cvat-mots': writeCvatMots,
  'cvat-xml': writeCvatXml,
  'label-studio': writeLabelStudio,
  ultralytics: writeUltralytics,
  'sa-v': writeSaV,
  'overlay-mp4': writeOverlay,
  'overlay-webm': writeTransparentOverlay,
  cutouts: writeCutouts,
  csv: writeCsv,
  'coco-keypoints': writeCocoKeypoints,
  deeplabcut: writeDeepLabCut,
  'keypoints-csv': writeKeypointsCsv,
};

/**
 * Writes a run to a file in one format.
 * @param options as `parseExportOptions` of the format gives them
 * @throws CodedError EXPORT_IMPOSSIBLE where the format has no room for the run, STORAGE_FULL, and what the source throws
 */
export async function writeExport(
  format: ExportFormat,
  source: FormatSource,
  target: FormatTarget,
  options: unknown,
): Promise<FormatReport> {
  return (WRITERS[format] as FormatWriter)(source, target, options as never);
}
