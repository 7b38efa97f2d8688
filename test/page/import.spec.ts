import { readCoco } from '../../services/web/src/import/coco';
import { readLabelMe } from '../../services/web/src/import/label-me';
import { encodeRle } from '../../services/web/src/labels/rle';

const SIZE = { width: 8, height: 6 };
const rowsOf = (ids: Uint8Array) =>
  Array.from({ length: SIZE.height }, (_, y) => [...ids.subarray(y * SIZE.width, (y + 1) * SIZE.width)].join(''));

describe('labels of LabelMe', () => {
  const polygon = (label: string, points: [number, number][], more = {}) => ({ label, points, ...more });

  it('become objects by their names, the later over the earlier', () => {
    const { ids, names } = readLabelMe(
      {
        shapes: [
          polygon('dog', [
            [0, 0],
            [4, 0],
            [4, 2],
            [0, 2],
          ]),
          {
            label: 'van',
            shape_type: 'rectangle',
            points: [
              [2, 1],
              [6, 3],
            ],
          },
          polygon('dog', [
            [6, 4],
            [8, 4],
            [8, 6],
            [6, 6],
          ]),
        ],
        imageWidth: 8,
        imageHeight: 6,
      },
      SIZE,
    );
    expect(rowsOf(ids)).toEqual(['11110000', '11222200', '00222200', '00000000', '00000011', '00000011']);
    expect([...names]).toEqual([
      [1, 'dog'],
      [2, 'van'],
    ]);
  });

  it('are objects of their own where they have groups of their own', () => {
    const shape = {
      label: 'dog',
      shape_type: 'rectangle',
      points: [
        [0, 0],
        [2, 2],
      ] as [number, number][],
    };
    const { names } = readLabelMe(
      {
        shapes: [
          { ...shape, group_id: 1 },
          { ...shape, group_id: 2 },
        ],
      },
      SIZE,
    );
    expect([...names.values()]).toEqual(['dog 1', 'dog 2']);
  });

  it('are refused with the reason where they are lines, or of a picture of another size', () => {
    const line = {
      label: 'rope',
      shape_type: 'linestrip',
      points: [
        [0, 0],
        [2, 2],
      ] as [number, number][],
    };
    expect(() => readLabelMe({ shapes: [line] }, SIZE)).toThrow('“rope” is a linestrip of 2 points');
    expect(() => readLabelMe({ shapes: [line], imageWidth: 9, imageHeight: 6 }, SIZE)).toThrow('9 × 6');
  });
});

describe('labels of COCO', () => {
  const categories = [{ id: 3, name: 'dog' }];
  const image = { id: 7, ...SIZE };
  const square = [1, 1, 3, 1, 3, 3, 1, 3];

  it('are read as outlines and as both kinds of run lengths, an object for each annotation of the first picture', () => {
    const labels = new Uint8Array(48);
    labels.fill(1, 40, 44);
    const counts = encodeRle(labels, SIZE.width, SIZE.height, 1);
    const of = (segmentation: object, imageId = 7) => ({ image_id: imageId, category_id: 3, segmentation }) as never;
    const { ids, names } = readCoco(
      {
        images: [image, { id: 8 }],
        annotations: [
          of([square]),
          of({ size: [6, 8], counts }),
          // Down the columns: 42 of background are seven columns.
          of({ size: [6, 8], counts: [42, 2, 4] }),
          of([square], 8),
        ],
        categories,
      },
      SIZE,
    );
    expect(rowsOf(ids)).toEqual(['00000003', '01100003', '01100000', '00000000', '00000000', '22220000']);
    expect([...names.values()]).toEqual(['dog', 'dog 2', 'dog 3']);
  });

  it('are refused where there is no outline for the first picture, or run lengths are of another size', () => {
    expect(() => readCoco({ images: [image], annotations: [] }, SIZE)).toThrow('no outlines or masks');
    const rle = { image_id: 7, category_id: 3, segmentation: { size: [4, 4] as [number, number], counts: [16] } };
    expect(() => readCoco({ images: [image], annotations: [rle] }, SIZE)).toThrow('4 × 4');
  });
});
