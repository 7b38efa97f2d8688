import { completePoints } from './complete-points';
import { readKeypointFile } from './read-keypoint-file';
import { assertShapes } from './shape';

const read = (text: string | object) =>
  readKeypointFile(Buffer.from(typeof text === 'string' ? text : JSON.stringify(text)));
const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
};

const own = {
  objects: [{ id: 3, name: 'fly', points: ['head', 'tail'], skeleton: [['head', 'tail']] }],
  frames: [
    { frame: 7, objects: [{ id: 3, absent: true }] },
    {
      frame: 0,
      objects: [
        {
          id: 3,
          points: [
            { name: 'head', x: 1.25, y: 2 },
            { name: 'tail', visibility: 'absent' },
          ],
        },
      ],
    },
  ],
};

const coco = {
  images: [
    { id: 11, file_name: 'clip/img0004.png' },
    { id: 12, frame_id: 9, file_name: 'last.png' },
  ],
  categories: [{ id: 1, name: 'mouse', keypoints: ['nose', 'ear', 'tail'], skeleton: [[1, 3]] }],
  annotations: [
    { image_id: 11, category_id: 1, keypoints: [10, 20, 2, 0, 0, 0, 30.5, 40, 1], bbox: [0, 0, 1, 1] },
    { image_id: 12, category_id: 1, keypoints: [1, 2, 2, 3, 4, 2, 5, 6, 2] },
  ],
};

describe('readKeypointFile', () => {
  it('reads the own JSON, frames in their order', () => {
    expect(read(own)).toEqual({
      objects: [{ id: 3, name: 'fly', points: ['head', 'tail'], skeleton: [['head', 'tail']] }],
      frames: [
        {
          frame: 0,
          objects: [
            {
              object: 0,
              points: [
                { name: 'head', x: 1.25, y: 2 },
                { name: 'tail', visibility: 'absent' },
              ],
            },
          ],
        },
        {
          frame: 7,
          objects: [
            {
              object: 0,
              points: [
                { name: 'head', visibility: 'absent' },
                { name: 'tail', visibility: 'absent' },
              ],
            },
          ],
        },
      ],
    });
  });

  it('reads labelled data of DeepLabCut, whose pixels have their centre at whole numbers', () => {
    const csv = [
      'scorer,ann,ann,ann,ann',
      'bodyparts,nose,nose,tail,tail',
      'coords,x,y,x,y',
      'labeled-data/clip/img057.png,10,20.5,,',
      'labeled-data/clip/img003.png,1,2,3,4',
      '',
    ].join('\r\n');
    expect(read(csv)).toEqual({
      objects: [{ id: undefined, name: undefined, points: ['nose', 'tail'], skeleton: [] }],
      frames: [
        {
          frame: 3,
          objects: [
            {
              object: 0,
              points: [
                { name: 'nose', x: 1.5, y: 2.5 },
                { name: 'tail', x: 3.5, y: 4.5 },
              ],
            },
          ],
        },
        {
          frame: 57,
          objects: [
            {
              object: 0,
              points: [
                { name: 'nose', x: 10.5, y: 21 },
                { name: 'tail', visibility: 'absent' },
              ],
            },
          ],
        },
      ],
    });
  });

  it('reads several animals of DeepLabCut, with three columns of index and a likelihood', () => {
    const csv = [
      'scorer,,,net,net,net,net,net,net',
      'individuals,,,a,a,a,b,b,b',
      'bodyparts,,,nose,nose,nose,"tail, tip","tail, tip","tail, tip"',
      'coords,,,x,y,likelihood,x,y,likelihood',
      'labeled-data,clip,img12.png,1,2,0.9,nan,NaN,0',
      'labeled-data,clip,img13.png,,,,5,6,0.4',
    ].join('\n');
    expect(read(csv)).toEqual({
      objects: [
        { id: undefined, name: 'a', points: ['nose'], skeleton: [] },
        { id: undefined, name: 'b', points: ['tail, tip'], skeleton: [] },
      ],
      frames: [
        { frame: 12, objects: [{ object: 0, points: [{ name: 'nose', x: 1.5, y: 2.5 }] }] },
        { frame: 13, objects: [{ object: 1, points: [{ name: 'tail, tip', x: 5.5, y: 6.5 }] }] },
      ],
    });
  });

  it('reads key points of COCO', () => {
    const { objects, frames } = read(coco);
    expect(objects).toEqual([
      { id: undefined, name: 'mouse', points: ['nose', 'ear', 'tail'], skeleton: [['nose', 'tail']] },
    ]);
    expect(frames.map(({ frame }) => frame)).toEqual([4, 9]);
    expect(frames[0]!.objects[0]!.points).toEqual([
      { name: 'nose', x: 10.5, y: 20.5, visibility: 'visible' },
      { name: 'ear', visibility: 'absent' },
      { name: 'tail', x: 31, y: 40.5, visibility: 'hidden' },
    ]);
  });

  it('tells objects of a category apart by their tracks, and refuses them without', () => {
    const [first] = coco.annotations;
    const two = { ...first, track_id: 2 };
    expect(read({ ...coco, annotations: [{ ...first, track_id: 1 }, two] }).objects.map(({ name }) => name)).toEqual([
      'mouse 1',
      'mouse 2',
    ]);
    expect(refusal(() => read({ ...coco, annotations: [first, first] }))).toBe('KEYPOINTS_INVALID');
  });

  it.each([
    ['no text that is known', 'frame;x;y\n1;2;3'],
    ['NaN', JSON.stringify(own).replace('1.25', 'NaN')],
    ['a number beyond all numbers', JSON.stringify(own).replace('1.25', '1e999')],
    ['another shape', { objects: 7 }],
    ['two objects of one id', { ...own, objects: [...own.objects, ...own.objects] }],
    ['a frame twice', { ...own, frames: [own.frames[0], own.frames[0]] }],
    [
      'an object twice on a frame',
      { ...own, frames: [{ frame: 0, objects: [own.frames[0]!.objects[0], own.frames[0]!.objects[0]] }] },
    ],
    ['a csv without coordinates', 'scorer,a\nbodyparts,nose\n'],
    ['a csv without y', 'scorer,a,a\nbodyparts,nose,nose\ncoords,x,likelihood\n0,1,2\n'],
    ['a csv with text for a number', 'scorer,a,a\nbodyparts,nose,nose\ncoords,x,y\n0,1,two\n'],
    ['a csv with an endless number', 'scorer,a,a\nbodyparts,nose,nose\ncoords,x,y\n0,1,inf\n'],
    ['a csv with half a point', 'scorer,a,a\nbodyparts,nose,nose\ncoords,x,y\n0,1,\n'],
    ['a csv whose line names no frame', 'scorer,a,a\nbodyparts,nose,nose\ncoords,x,y\nfirst,1,2\n'],
    ['a csv with a frame twice', 'scorer,a,a\nbodyparts,nose,nose\ncoords,x,y\n4,1,2\nimg04.png,1,2\n'],
    ['COCO with too few numbers', { ...coco, annotations: [{ image_id: 11, category_id: 1, keypoints: [1, 2, 2] }] }],
    ['COCO with an unknown image', { ...coco, annotations: [{ ...coco.annotations[0], image_id: 5 }] }],
    ['COCO whose image has no number', { ...coco, images: [{ id: 11, file_name: 'first.png' }] }],
    ['COCO whose skeleton leads nowhere', { ...coco, categories: [{ ...coco.categories[0], skeleton: [[1, 4]] }] }],
  ])('refuses %s', (_, file) => {
    expect(refusal(() => read(file))).toBe('KEYPOINTS_INVALID');
  });

  it.each([
    ['JSON', { ...own, objects: [{ ...own.objects[0], name: 'a\0b' }] }],
    ['a csv', 'scorer,a,a\nbodyparts,no\0se,no\0se\ncoords,x,y\n0,1,2\n'],
    ['COCO', { ...coco, categories: [{ ...coco.categories[0], name: '\ud800' }] }],
  ])('refuses names in %s that cannot be stored', (_, file) => {
    expect(refusal(() => read(file))).toBe('TEXT_INVALID');
  });

  it('refuses a file that says nothing, and an object that is not described', () => {
    expect(refusal(() => read({ ...own, frames: [] }))).toBe('KEYPOINTS_EMPTY');
    const other = [{ frame: 0, objects: [{ id: 9, absent: true }] }];
    expect(refusal(() => read({ ...own, frames: other }))).toBe('OBJECT_UNKNOWN');
  });
});

describe('completePoints', () => {
  const size = { width: 100, height: 50 };

  it('puts points into the order of the object, and hides what is outside the picture', () => {
    const given = [
      { name: 'b', x: 100.5, y: 3 },
      { name: 'a', x: 100, y: 0 },
      { name: 'c', x: 4, y: 5, visibility: 'hidden' as const },
    ];
    expect(completePoints(['a', 'b', 'c'], given, size)).toEqual([
      { name: 'a', x: 100, y: 0, visibility: 'visible' },
      { name: 'b', x: 100.5, y: 3, visibility: 'hidden' },
      { name: 'c', x: 4, y: 5, visibility: 'hidden' },
    ]);
  });

  it('keeps what is known of points that are left out; others are absent', () => {
    const known = [
      { name: 'a', x: 1, y: 2, visibility: 'hidden' as const },
      { name: 'b', x: 3, y: 4, visibility: 'visible' as const },
    ];
    expect(completePoints(['a', 'b', 'c'], [{ name: 'b', x: 5, y: 6 }], size, known)).toEqual([
      known[0],
      { name: 'b', x: 5, y: 6, visibility: 'visible' },
      { name: 'c', x: null, y: null, visibility: 'absent' },
    ]);
  });

  it.each([
    ['KEYPOINT_UNKNOWN', [{ name: 'z', x: 1, y: 1 }]],
    [
      'KEYPOINT_DUPLICATE',
      [
        { name: 'a', x: 1, y: 1 },
        { name: 'a', x: 1, y: 1 },
      ],
    ],
    ['KEYPOINTS_INCOMPLETE', [{ name: 'a', x: 1 }]],
    ['KEYPOINTS_INVALID', [{ name: 'a', x: NaN, y: 1 }]],
  ])('refuses with %s', (code, given) => {
    expect(refusal(() => completePoints(['a'], given, size))).toBe(code);
  });
});

describe('assertShapes', () => {
  it.each([
    ['KEYPOINTS_EMPTY', { points: [], skeleton: [] }],
    ['KEYPOINT_DUPLICATE', { points: ['a', 'a'], skeleton: [] }],
    ['KEYPOINT_UNKNOWN', { points: ['a'], skeleton: [['a', 'b'] as const] }],
    ['KEYPOINTS_TOO_MANY', { points: ['a', 'b', 'c'], skeleton: [] }],
  ])('refuses with %s', (code, shape) => {
    expect(refusal(() => assertShapes([shape], 2))).toBe(code);
  });
});

describe('an analysis csv of SLEAP', () => {
  const read = (text: string) => readKeypointFile(Buffer.from(text));
  const head = 'track,frame_idx,instance.score,head.x,head.y,tail.x,tail.y\n';

  it('has a line for each animal on a frame, and counts from the centre of the first pixel', () => {
    const points = ['head', 'tail'];
    expect(read(`${head}b,3,0.9,5.0,6.0,7.5,8.0\na,0,,1.25,2.0,,\nb,0,,nan,nan,nan,nan\n`)).toEqual({
      objects: [
        { id: undefined, name: 'b', points, skeleton: [] },
        { id: undefined, name: 'a', points, skeleton: [] },
      ],
      frames: [
        {
          frame: 0,
          objects: [
            {
              object: 1,
              points: [
                { name: 'head', x: 1.75, y: 2.5 },
                { name: 'tail', visibility: 'absent' },
              ],
            },
          ],
        },
        {
          frame: 3,
          objects: [
            {
              object: 0,
              points: [
                { name: 'head', x: 5.5, y: 6.5 },
                { name: 'tail', x: 8, y: 8.5 },
              ],
            },
          ],
        },
      ],
    });
  });

  it.each([
    ['track,frame_idx,instance.score\n', 'no columns of nodes'],
    ['track,frame_idx,head.x\n', 'head.y'],
    [`${head}a,x,,1,2,3,4\n`, "'x'"],
    [`${head}a,0,,1,2,3,\n`, 'tail'],
    [`${head}a,0,,1,2,3,4\na,0,,1,2,3,4\n`, 'the track a twice'],
    [`${head},0,,1,2,3,4\n,0,,1,2,3,4\n`, 'two animals without a track'],
  ])('that cannot be read is refused: %s', (text, word) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'KEYPOINTS_INVALID', message: expect.stringContaining(word) }),
    );
  });
});
