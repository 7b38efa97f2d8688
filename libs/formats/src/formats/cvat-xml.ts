import { cropRle, type Rle } from '@propago/labels';
import { Categories } from '../categories';
import type { FormatWriter } from '../format';
import { jaccardOfPolygons, LossMeter } from '../loss-meter';
import { traceOutlines } from '../outlines';
import { simplify } from '../simplify';
import { Sections } from '../sections';
import { TextFile } from '../text-file';

/** More parts are speckles, each of which would be a track that somebody has to look at. */
const MOST_PARTS = 20;

/** The track of one part of an object, the largest part being the first. */
interface Track {
  section: string;
  /** Where it was seen last, and as what. */
  lastFrame: number;
  lastPoints: string;
}

/**
 * CVAT for video 1.1. Masks would not survive: of a track of masks CVAT imports the first one only. So each part of an
 * object is a track of polygons with a key frame on every frame, and ends where it is not seen any more.
 */
export const writeCvatXml: FormatWriter<'cvat-xml'> = async ({ run, frames }, { file, scratch }, { tolerance }) => {
  const { width, height, label, objects } = run;
  const categories = new Categories(objects);
  const sections = new Sections(scratch);
  const loss = new LossMeter();
  const tracks = new Map<number, Track[]>(objects.map(({ id }) => [id, []]));

  /** Ends the tracks of an object that were seen on the frame before and are not on this one. */
  const endTracks = async (object: number, seen: number, frame: number) => {
    for (const track of tracks.get(object)!.slice(seen)) {
      if (track.lastFrame === frame - 1) await sections.add(track.section, polygon(frame, track.lastPoints, true));
    }
  };
  const polygonsOf = (rle: Rle, frame: number, object: number): number[][] => {
    const crop = cropRle(rle);
    const { parts, holes } = traceOutlines(crop);
    const polygons = parts.slice(0, MOST_PARTS).map(({ points }) => simplify(points, tolerance));
    loss.add(jaccardOfPolygons(crop, polygons), { frame, object, holes: holes.length, parts: parts.length });
    return polygons;
  };

  for await (const { index, objects: masks } of frames()) {
    for (const { id, area, rle } of masks) {
      const polygons = area > 0 ? polygonsOf(rle, index, id) : [];
      const known = tracks.get(id)!;
      for (const [part, points] of polygons.entries()) {
        const track = (known[part] ??= { section: `${id}-${part}`, lastFrame: -1, lastPoints: '' });
        track.lastFrame = index;
        track.lastPoints = textOf(points);
        await sections.add(track.section, polygon(index, track.lastPoints, false));
      }
      await endTracks(id, polygons.length, index);
    }
  }

  await TextFile.write(file, async (text) => {
    const labels = categories.all.map(
      ({ name }) => `<label><name>${escaped(name)}</name><attributes></attributes></label>`,
    );
    await text.add('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n');
    await text.add(
      `<meta><task><name>${escaped(label)}</name><size>${run.frames}</size><mode>interpolation</mode><overlap>0</overlap>` +
        `<start_frame>0</start_frame><stop_frame>${run.frames - 1}</stop_frame><labels>${labels.join('')}</labels>` +
        `<original_size><width>${width}</width><height>${height}</height></original_size></task></meta>\n`,
    );
    let id = 0;
    for (const [object, parts] of tracks) {
      const group = parts.length > 1 ? ` group_id="${object}"` : '';
      for (const { section } of parts) {
        const name = escaped(categories.of(object).name);
        await text.add(`<track id="${id++}" label="${name}" source="auto"${group}>\n`);
        await sections.moveTo(text, section);
        await text.add('</track>\n');
      }
    }
    await text.add('</annotations>\n');
  });
  return { loss: loss.result() };
};

function polygon(frame: number, points: string, isOutside: boolean): string {
  const state = `outside="${isOutside ? 1 : 0}" occluded="0" keyframe="1"`;
  return `<polygon frame="${frame}" ${state} points="${points}" z_order="0"></polygon>\n`;
}

function textOf(points: number[]): string {
  const pairs: string[] = [];
  for (let i = 0; i < points.length; i += 2) pairs.push(`${points[i]!.toFixed(2)},${points[i + 1]!.toFixed(2)}`);
  return pairs.join(';');
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (character) => entities[character]!);
}
