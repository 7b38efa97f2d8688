import type { TrackedKeypoints, TrackedPoint } from '@propago/contracts';
import type { Database } from '@propago/database';
import { completePalette, readStoredMask } from '@propago/labels';
import type { BlobStore } from '@propago/runtime';
import { blendOverlay, drawKeypoints, type DrawnKeypoints } from '@propago/video';

const STYLE = { alpha: 0.5, outline: true };

/** Paints what is known of each frame of a run over it: masks, key points and the lines between them. */
export class OverlayFrames {
  private constructor(
    private readonly storage: BlobStore,
    private readonly palette: Uint8Array,
    private readonly skeletons: ReadonlyMap<number, readonly (readonly [string, string])[]>,
    /** By frame. */
    private readonly results: readonly { maskKey: string | null; keypoints: unknown }[],
  ) {}

  /** @param runId of a run that has succeeded */
  static async of(database: Database, storage: BlobStore, runId: string): Promise<OverlayFrames> {
    const run = await database.run.findUniqueOrThrow({ where: { id: runId }, include: { objects: true } });
    const results = await database.frameResult.findMany({
      where: { runId },
      select: { maskKey: true, keypoints: true },
      orderBy: { frame: 'asc' },
    });
    const skeletons = new Map(run.objects.map(({ id, skeleton }) => [id, skeleton as [string, string][]]));
    return new OverlayFrames(storage, completePalette(run.palette), skeletons, results);
  }

  /** @param rgb rgb24 of a frame; not changed */
  async painted(rgb: Buffer, { index, width }: { index: number; width: number }): Promise<Buffer> {
    const { maskKey, keypoints } = this.results[index]!;
    const objects = (keypoints as TrackedKeypoints[]).map((object) => this.drawn(object));
    const picture = maskKey === null ? Buffer.from(rgb) : await this.masked(rgb, maskKey, width);
    drawKeypoints(picture, width, objects);
    return picture;
  }

  private async masked(rgb: Buffer, maskKey: string, width: number): Promise<Buffer> {
    const { labels, palette } = readStoredMask(await this.storage.get(maskKey));
    return blendOverlay(rgb, labels, completePalette(palette), { ...STYLE, width });
  }

  private drawn({ id, points }: TrackedKeypoints): DrawnKeypoints {
    const [red, green, blue] = this.palette.subarray(3 * id, 3 * id + 3);
    const placed = points.flatMap((point) => (isPlaced(point) ? [point] : []));
    const called = (name: string) => placed.find((point) => point.name === name);
    const lines = (this.skeletons.get(id) ?? []).flatMap(([from, to]) => {
      const [a, b] = [called(from), called(to)];
      return a && b ? [[a, b] as const] : [];
    });
    const dots = placed.map(({ x, y, state }) => ({ x, y, isHollow: state !== 'visible' }));
    return { colour: [red!, green!, blue!], dots, lines };
  }
}

function isPlaced(point: TrackedPoint): point is TrackedPoint & { x: number; y: number } {
  return point.x !== null && point.y !== null;
}
