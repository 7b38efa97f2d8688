import type { TrackedKeypoints, TrackedPoint } from '@propago/contracts';
import type { DrawnKeypoints } from '@propago/video';
import type { ExportedFrame, ExportedRun } from './format';

/** Key points of a frame as dots, hollow where they are not seen, and the lines of their skeletons. */
export function drawnKeypoints(run: ExportedRun, { keypoints }: ExportedFrame): DrawnKeypoints[] {
  return keypoints.map((object) => drawn(run, object));
}

function drawn({ palette, keypointObjects }: ExportedRun, { id, points }: TrackedKeypoints): DrawnKeypoints {
  const [red, green, blue] = palette.subarray(3 * id, 3 * id + 3);
  const placed = points.filter(isPlaced);
  const called = (name: string) => placed.find((point) => point.name === name);
  const lines = (keypointObjects.find((object) => object.id === id)?.skeleton ?? []).flatMap(([from, to]) => {
    const [a, b] = [called(from), called(to)];
    return a && b ? [[a, b] as const] : [];
  });
  const dots = placed.map(({ x, y, state }) => ({ x, y, isHollow: state !== 'visible' }));
  return { colour: [red!, green!, blue!], dots, lines };
}

function isPlaced(point: TrackedPoint): point is TrackedPoint & { x: number; y: number } {
  return point.x !== null && point.y !== null;
}
