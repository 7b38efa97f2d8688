import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseExportOptions, type ExportFormat } from '@propago/contracts';
import { encodeIndexedPng, encodeRles, rleArea, VOC_PALETTE } from '@propago/labels';
import type { ExportedFrame, FormatSource } from '../format';
import { writeExport } from '../write-export';
import { paintShape } from './annotations';
import { readAnnotations } from './read-annotations';

const SIZE = { width: 24, height: 16 };

/** height x width, 1 within the boxes of left, top, right, bottom. */
function boxes(...all: [number, number, number, number][]): Uint8Array {
  const mask = new Uint8Array(SIZE.width * SIZE.height);
  for (const [left, top, right, bottom] of all) {
    for (let y = top; y < bottom; y++) mask.fill(1, y * SIZE.width + left, y * SIZE.width + right);
  }
  return mask;
}

/** What a file says, by frame and name of the object. */
function said(text: string): Record<string, Uint8Array> {
  const read = readAnnotations(text);
  const masks = read.frameNumbers.flatMap((frame) => {
    const [objects, labels] = [read.on(frame), boxes()];
    for (const [i, { shapes }] of objects.entries()) {
      for (const shape of shapes) paintShape(shape, labels, { ...SIZE, label: i + 1 });
    }
    return objects.map(({ name }, i) => [`${frame} ${name}`, labels.map((label) => Number(label === i + 1))]);
  });
  return Object.fromEntries(masks) as Record<string, Uint8Array>;
}

const json = (content: unknown): string => JSON.stringify(content);

describe('annotations of another program', () => {
  it('of LabelMe are polygons, rectangles and masks; a label is an object', () => {
    const png = encodeIndexedPng({
      width: 3,
      height: 2,
      indices: Uint8Array.of(1, 1, 0, 1, 1, 1),
      palette: VOC_PALETTE,
    });
    const shapes = [
      {
        label: 'a',
        shape_type: 'polygon',
        points: [
          [2, 2],
          [8, 2],
          [8, 6],
          [2, 6],
        ],
      },
      {
        label: 'a',
        shape_type: 'rectangle',
        points: [
          [20, 12],
          [12, 8],
        ],
      },
      {
        label: 'b',
        shape_type: 'mask',
        points: [
          [10, 3],
          [12, 4],
        ],
        mask: png.toString('base64'),
      },
    ];
    const file = { imagePath: 'clip_000057.jpg', imageWidth: 24, imageHeight: 16, imageData: null, shapes };
    const b = boxes([10, 3, 13, 5]);
    b[3 * 24 + 12] = 0;
    expect(said(json(file))).toEqual({ '57 a': boxes([2, 2, 8, 6], [12, 8, 20, 12]), '57 b': b });
  });

  it('of COCO have run lengths as numbers, by image', () => {
    const counts = [2 * 16 + 3, 5, 16 * 24 - 2 * 16 - 8];
    const file = {
      images: [{ id: 4, width: 24, height: 16, file_name: 'frames/00012.png' }],
      categories: [{ id: 9, name: 'car' }],
      annotations: [{ id: 1, image_id: 4, category_id: 9, segmentation: { size: [16, 24], counts } }],
    };
    expect(said(json(file))).toEqual({ '12 car': boxes([2, 3, 3, 8]) });
  });

  it('of CVAT for images have masks along rows, and boxes; what comes later lies above', () => {
    const xml = `<?xml version="1.0"?><annotations><version>1.1</version>
      <image id="0" name="frame_000003" width="24" height="16">
        <mask label="a" rle="1, 3, 0, 4" left="5" top="4" width="4" height="2" z_order="0"></mask>
        <box label="b &amp; c" xtl="7" ytl="0" xbr="24" ybr="16"></box>
      </image></annotations>`;
    const a = boxes([6, 4, 7, 5], [5, 5, 7, 6]);
    expect(said(xml)).toEqual({ '3 a': a, '3 b & c': boxes([7, 0, 24, 16]) });
  });

  it('of Label Studio are boxes on all key frames: one that is not enabled is the last that shows its box', () => {
    const sequence = [
      { frame: 1, time: 0.04, enabled: true, x: 25, y: 25, width: 50, height: 50, rotation: 0 },
      { frame: 9, time: 0.36, enabled: false, x: 25, y: 25, width: 50, height: 50, rotation: 0 },
    ];
    const region = {
      id: 'x',
      type: 'videorectangle',
      from_name: 'box',
      to_name: 'video',
      value: { labels: ['man'], sequence },
    };
    const task = { data: { video: 'v' }, annotations: [{ result: [region] }], predictions: [{ result: [] }] };
    expect(said(json([task]))).toEqual({ '0 man': boxes([6, 4, 18, 12]), '8 man': boxes([6, 4, 18, 12]) });
  });

  it.each<[ExportFormat, object]>([
    ['coco', {}],
    ['coco', { segmentation: 'polygon' }],
    ['cvat-xml', { tolerance: 0 }],
    ['label-studio', {}],
  ])('are read as the export %s with %j wrote them', async (format, options) => {
    const masks = [boxes([1, 1, 9, 7]), boxes([2, 2, 10, 8])];
    const folder = mkdtempSync(path.join(tmpdir(), 'propago-read-'));
    try {
      const file = path.join(folder, 'file');
      const { signal } = new AbortController();
      const target = { file, scratch: folder, signal };
      await writeExport(format, sourceOf(masks), target, parseExportOptions(format, options));
      expect(said(readFileSync(file, 'utf8'))).toEqual({ '0 square': masks[0], '1 square': masks[1] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  function sourceOf(masks: Uint8Array[]): FormatSource {
    async function* frames(): AsyncGenerator<ExportedFrame> {
      for (const [index, mask] of [...masks, boxes()].entries()) {
        const [rle] = encodeRles(mask, SIZE, [1]);
        yield {
          index,
          pts: index,
          seconds: index,
          name: null,
          objects: [{ id: 1, area: rleArea(rle!), confidence: 1, rle: rle! }],
          keypoints: [],
        };
      }
    }
    const object = { id: 1, name: 'square' };
    const run = {
      ...SIZE,
      label: 'l',
      frames: 3,
      frameRate: 1,
      objects: [object],
      palette: VOC_PALETTE,
      promptedFrames: [],
      keypointObjects: [],
    };
    return { run, frames, withPictures: () => Promise.reject(new Error('there are none')) };
  }

  it.each([
    ['', 'neither XML nor JSON'],
    ['{}', 'neither COCO'],
    ['[]', 'Label Studio'],
    ['{"shapes":[]}', 'imagePath'],
    ['{"annotations":[],"images":[]}', 'categories'],
    ['<annotations><track', 'well-formed'],
    ['<html></html>', 'no element annotations'],
    ['<annotations><image name="x"></image></annotations>', 'no number of a frame'],
    ['<annotations><track id="0" label="a"><polygon frame="0" points="1,2"/></track></annotations>', 'no points'],
    ['<annotations><track id="0" label="a"><mask frame="0" rle="-1"/></track></annotations>', 'left'],
    [
      json({
        images: [],
        categories: [],
        annotations: [{ image_id: 1, category_id: 1, segmentation: [[0, 0, 1, 1, 0, 1]] }],
      }),
      'image 1',
    ],
  ])('that cannot be read are refused: %s', (text, word) => {
    expect(() => readAnnotations(text)).toThrow(
      expect.objectContaining({ code: 'ANNOTATIONS_INVALID', message: expect.stringContaining(word) }),
    );
  });

  it('for pictures of another size are refused', () => {
    const segmentation = { size: [4, 4], counts: [0, 16] };
    const file = {
      images: [{ id: 1, width: 4, height: 4, file_name: '0.png' }],
      categories: [{ id: 1, name: 'a' }],
      annotations: [{ image_id: 1, category_id: 1, segmentation }],
    };
    expect(readAnnotations(json(file)).size).toEqual({ width: 4, height: 4 });
    expect(() => said(json(file))).toThrow(expect.objectContaining({ code: 'MASK_SIZE_MISMATCH' }));
  });

  it('with masks that reach beyond the frame are refused, however large they say that they are', () => {
    const mask = '<mask label="a" rle="0, 9007199254740991" left="1" top="0" width="94906265" height="94906265"/>';
    const xml = `<annotations><image name="0">${mask}</image></annotations>`;
    expect(() => said(xml)).toThrow(expect.objectContaining({ code: 'MASK_SIZE_MISMATCH' }));
  });

  it('with more shapes on a frame than anybody draws are refused', () => {
    const shape = { label: 'a', shape_type: 'rectangle', points: Array.from({ length: 2 }, (_, i) => [i, i]) };
    const file = { imagePath: '1.jpg', imageWidth: 24, imageHeight: 16, shapes: Array(1001).fill(shape) as object[] };
    expect(() => readAnnotations(json(file))).toThrow(expect.objectContaining({ code: 'ANNOTATIONS_INVALID' }));
  });
});
