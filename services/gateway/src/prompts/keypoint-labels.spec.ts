import { readKeypointFile } from '@propago/keypoint-files';
import { byKind } from './by-kind';
import { saidInFile } from './file-labels';
import { labelsOfFile } from './keypoint-file-labels';
import type { SentPrompt } from './prompt-body';
import { saidKeypoints, withoutObject } from './said-keypoints';

const csv = [
  'scorer,me,me,me,me',
  'individuals,a,a,b,b',
  'bodyparts,nose,nose,nose,nose',
  'coords,x,y,x,y',
  'img3.png,1,2,3,4',
  'img8.png,,,5,6',
].join('\n');
const file = readKeypointFile(Buffer.from(csv));
const nose = (x: number, y: number) => [{ name: 'nose', x, y }];

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'accepted';
};

describe('a file of key points', () => {
  it('becomes objects with the ids that are free, and prompts', () => {
    expect(labelsOfFile(file, { masks: new Set([1]), taken: new Set([3]) })).toEqual({
      objects: [
        { id: 2, name: 'a', points: ['nose'], skeleton: [] },
        { id: 4, name: 'b', points: ['nose'], skeleton: [] },
      ],
      prompts: [
        {
          frame: 3,
          said: [
            { id: 2, points: nose(1.5, 2.5) },
            { id: 4, points: nose(3.5, 4.5) },
          ],
        },
        { frame: 8, said: [{ id: 4, points: nose(5.5, 6.5) }] },
      ],
    });
  });

  it('is refused where it numbers an object as a mask does', () => {
    const own = { objects: [{ id: 2, points: ['a'] }], frames: [{ frame: 0, objects: [{ id: 2, absent: true }] }] };
    const read = readKeypointFile(Buffer.from(JSON.stringify(own)));
    expect(codeOf(() => labelsOfFile(read, { masks: new Set([2]), taken: new Set() }))).toBe('OBJECT_KIND_MISMATCH');
    expect(codeOf(() => labelsOfFile(read, { masks: new Set([1]), taken: new Set([2]) }))).toBe('accepted');
  });

  it('means the objects of a run by their names, or the only one there is', () => {
    const objects = [
      { id: 1, name: 'b', kind: 'mask' },
      { id: 5, name: 'b', kind: 'keypoints' },
      { id: 6, name: 'a', kind: 'keypoints' },
    ];
    expect(saidInFile({ keypoints: file }, 8, objects).said).toEqual([{ id: 5, points: nose(5.5, 6.5) }]);
    expect(codeOf(() => saidInFile({ keypoints: file }, 4, objects))).toBe('KEYPOINTS_EMPTY');
    expect(codeOf(() => saidInFile({ keypoints: file }, 8, objects.slice(0, 1)))).toBe('OBJECT_UNKNOWN');
    const single = readKeypointFile(Buffer.from('scorer,me,me\nbodyparts,nose,nose\ncoords,x,y\nimg3.png,1,2\n'));
    // A file of one frame and one object need not know how the run calls them.
    expect(saidInFile({ keypoints: single }, 77, [{ id: 9, name: 'x', kind: 'keypoints' }]).said).toEqual([
      { id: 9, points: nose(1.5, 2.5) },
    ]);
  });
});

describe('a prompt of both kinds', () => {
  const kindOf = (id: number) => (id < 10 ? ('mask' as const) : ('keypoints' as const));
  const mask = { png: Buffer.alloc(0), classIds: [1, 2] };

  it('is taken apart, absent objects by their kind', () => {
    const said: SentPrompt['said'] = [
      mask,
      { id: 3, absent: true },
      { id: 11, absent: true },
      { id: 12, points: nose(1, 1) },
    ];
    const { masks, points } = byKind({ frame: 4, said }, kindOf);
    expect(masks).toEqual({ frame: 4, said: [mask, said[1]] });
    expect(points).toEqual([said[2], said[3]]);
    expect(byKind({ frame: 4, said: said.slice(3) }, kindOf).masks).toBeNull();
  });

  it.each<[string, SentPrompt['said'][number]]>([
    ['points for a mask', { id: 1, points: nose(1, 1) }],
    [
      'polygons for key points',
      {
        id: 12,
        polygons: [
          [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
        ],
      },
    ],
    ['a PNG for key points', { png: Buffer.alloc(0), classIds: [12] }],
  ])('is refused with %s', (_, one) => {
    expect(codeOf(() => byKind({ frame: 0, said: [one] }, kindOf))).toBe('OBJECT_KIND_MISMATCH');
  });
});

describe('what is said about key points', () => {
  const names = new Map([
    [11, ['nose']],
    [12, ['nose', 'tail']],
  ]);
  const video = { width: 20, height: 10 };

  it('has one digest whatever the order, and another for anything else', () => {
    const one = { id: 11, points: nose(1, 1) };
    const other = { id: 12, absent: true as const };
    const said = saidKeypoints(7, [other, one], { names, video });
    expect(said).toMatchObject({ frame: 7, objects: [11, 12], present: [11] });
    expect(saidKeypoints(7, [one, other], { names, video }).digest).toBe(said.digest);
    expect(saidKeypoints(7, [{ id: 11, points: nose(1, 1.5) }, other], { names, video }).digest).not.toBe(said.digest);
  });

  it('loses one object and keeps the others', () => {
    const both = saidKeypoints(
      7,
      [
        { id: 11, points: nose(1, 1) },
        { id: 12, absent: true },
      ],
      { names, video },
    );
    const alone = saidKeypoints(7, [{ id: 11, points: nose(1, 1) }], { names, video });
    // As Postgres gives it back: shorter names of fields come first.
    const point = { x: 1, y: 1, name: 'nose', visibility: 'visible' };
    const stored = { frame: both.frame, said: [{ id: 11, points: [point] }, both.said[1]] };
    expect(withoutObject(stored as Parameters<typeof withoutObject>[0], 12)).toEqual(alone);
    expect(withoutObject({ frame: 7, said: alone.said as never }, 11)).toBeNull();
  });
});
