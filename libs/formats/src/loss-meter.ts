import type { MaskCrop } from '@propago/labels';
import { fillPolygon } from './fill-polygon';

/** How much of the masks a file gives back. */
export interface LossReport {
  /** How many masks were compared: each object on each frame that it is on. */
  masks: number;
  /** Jaccard index between a mask and what the file says of it, mean over all; null where there is none. */
  meanJaccard: number | null;
  /** The worst of all, and where it is. */
  lowest: { jaccard: number; frame: number; object: number } | null;
  /** Masks that have holes, and more than one part. */
  withHoles: number;
  withParts: number;
}

/** One mask that is compared. */
export interface Compared {
  frame: number;
  object: number;
  holes: number;
  parts: number;
}

/** Measures a loss while the file is written. */
export class LossMeter {
  private sum = 0;
  private readonly report: LossReport = { masks: 0, meanJaccard: null, lowest: null, withHoles: 0, withParts: 0 };

  add(jaccard: number, { frame, object, holes, parts }: Compared): void {
    this.sum += jaccard;
    const { report } = this;
    report.masks++;
    report.meanJaccard = this.sum / report.masks;
    if (!report.lowest || jaccard < report.lowest.jaccard) report.lowest = { jaccard, frame, object };
    if (holes > 0) report.withHoles++;
    if (parts > 1) report.withParts++;
  }

  result(): LossReport {
    return this.report;
  }
}

/** Between a mask and polygons, each filled by its own; the polygons do not leave the mask's box. */
export function jaccardOfPolygons(crop: MaskCrop, polygons: readonly (readonly number[])[]): number {
  const given: MaskCrop = { ...crop, pixels: new Uint8Array(crop.pixels.length) };
  for (const polygon of polygons) fillPolygon(polygon, given);
  let both = 0;
  let either = 0;
  for (let i = 0; i < crop.pixels.length; i++) {
    both += crop.pixels[i]! & given.pixels[i]!;
    either += crop.pixels[i]! | given.pixels[i]!;
  }
  return either === 0 ? 1 : both / either;
}
