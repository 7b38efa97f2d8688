import { encodeRle } from '../../services/web/src/labels/rle';
import { saidObjects } from '../../services/web/src/workbench/said-objects';

const ids = Uint8Array.of(1, 1, 0, 2);
const size = { width: 2, height: 2 };
const rleOf = (id: number) => ({ id, rle: { size: [2, 2], counts: encodeRle(ids, 2, 2, id) } });
const mask = (id: number) => ({ id, isAbsent: false });

describe('what a prompt says', () => {
  it('is where the objects are, that one is gone, and again what was said of others', () => {
    const said = saidObjects({ ids, ...size, objects: [2, 3], keypoints: [], before: [mask(1), mask(2)] });
    expect(said).toEqual([rleOf(1), rleOf(2), { id: 3, absent: true }]);
  });

  it('repeats key points that a prompt has said, and never turns them into an absent mask', () => {
    const points = [
      { name: 'nose', x: 1.5, y: 0.5, visibility: 'visible' as const },
      { name: 'tail', x: null, y: null, visibility: 'absent' as const },
    ];
    const before = [{ id: 11, isAbsent: false, points }];
    const tracked = { id: 11, points: [{ name: 'nose', x: 9, y: 9, confidence: 0.5, state: 'visible' as const }] };
    expect(saidObjects({ ids, ...size, objects: [1], keypoints: [tracked], before })).toEqual([
      {
        id: 11,
        points: [
          { name: 'nose', x: 1.5, y: 0.5, visibility: 'visible' },
          { name: 'tail', visibility: 'absent' },
        ],
      },
      rleOf(1),
    ]);
  });

  it('takes key points as they are tracked where they are spoken of; a lost one is not there', () => {
    const tracked = {
      id: 11,
      points: [
        { name: 'nose', x: 1.25, y: 0.5, confidence: 0.9, state: 'visible' as const },
        { name: 'tail', x: 1, y: 1, confidence: 0.01, state: 'lost' as const },
      ],
    };
    expect(saidObjects({ ids, ...size, objects: [11], keypoints: [tracked], before: [] })).toEqual([
      {
        id: 11,
        points: [
          { name: 'nose', x: 1.25, y: 0.5, visibility: 'visible' },
          { name: 'tail', visibility: 'absent' },
        ],
      },
    ]);
  });
});
