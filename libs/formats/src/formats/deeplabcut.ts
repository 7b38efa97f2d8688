import { cell } from '@propago/keypoint-files';
import { type ExportedKeypoints, type FormatWriter, NOTHING_LOST } from '../format';
import { fromCentre } from '../from-centre';
import { TextFile } from '../text-file';

const SCORER = 'propago';
const COORDINATES = ['x', 'y', 'likelihood'];

/**
 * Predictions of DeepLabCut, with a line of individuals where there are several. A point without a place has empty cells;
 * a lost one has its guess, and its likelihood tells.
 */
export const writeDeepLabCut: FormatWriter<'deeplabcut'> = async ({ run, frames }, { file }) => {
  const objects = run.keypointObjects;
  await TextFile.write(file, async (text) => {
    await text.add(headOf(objects));
    for await (const { index, keypoints } of frames()) {
      const cells = objects.flatMap(({ id, points }) => {
        const said = new Map(keypoints.find((each) => each.id === id)?.points.map((point) => [point.name, point]));
        return points.flatMap((name): (number | string)[] => {
          const point = said.get(name);
          if (!point || point.x === null || point.y === null) return ['', '', ''];
          return [fromCentre(point.x), fromCentre(point.y), Math.round(point.confidence * 1000) / 1000];
        });
      });
      await text.add(`${[index, ...cells].join(',')}\n`);
    }
  });
  return NOTHING_LOST;
};

function headOf(objects: readonly ExportedKeypoints[]): string {
  const columns = objects.flatMap((object) =>
    object.points.flatMap((point) =>
      COORDINATES.map((coordinate) => [individualOf(object, objects), point, coordinate]),
    ),
  );
  const line = (title: string, value: (column: string[]) => string) =>
    `${[title, ...columns.map(value)].map(cell).join(',')}\n`;
  return [
    line('scorer', () => SCORER),
    objects.length > 1 ? line('individuals', ([individual]) => individual!) : '',
    line('bodyparts', ([, point]) => point!),
    line('coords', ([, , coordinate]) => coordinate!),
  ].join('');
}

/** The name of an object, with its id where others are called so too. */
function individualOf({ id, name }: ExportedKeypoints, all: readonly ExportedKeypoints[]): string {
  if (name === null) return `object ${id}`;
  return all.some((other) => other.id !== id && other.name === name) ? `${name} ${id}` : name;
}
