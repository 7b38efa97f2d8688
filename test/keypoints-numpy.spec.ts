import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '@propago/affinity';
import { PRESETS } from '@propago/contracts';
import { PckScore } from '@propago/evaluation';
import { keypointsFromGrid, keypointsToGrid } from '@propago/labels';
import { PassWalk } from '@propago/passes';
import { renderClip, type ClipFrame } from '@propago/sample-clip';
import { trainerPython } from './support/training';

const python = trainerPython();
const SIZE = { width: 224, height: 152 };
const PATCH = 8;
const GRID = { rows: SIZE.height / PATCH, cols: SIZE.width / PATCH };
/** Mean colours of so many blocks a side, round the patch and as wide as three: features that follow a texture. */
const BLOCKS = 6;
const AROUND = PATCH;
const DIM = BLOCKS * BLOCKS * 3;
const OBJECTS = 2;
const ALPHAS = [0.1, 0.2];
const PARAMETERS = {
  ...PRESETS.jhmdb,
  neighbourhood: { ...PRESETS.jhmdb.neighbourhood, radius: 4 },
  temperature: 0.02,
};

if (python === null) console.log('key points: skipped, the Python environment of the trainer is not there');

/** patches x dim, rows of length 1. */
function featuresOf({ rgb }: ClipFrame): Float32Array {
  const features = new Float32Array(GRID.rows * GRID.cols * DIM);
  const side = (PATCH + 2 * AROUND) / BLOCKS;
  const inside = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  for (let patch = 0; patch < GRID.rows * GRID.cols; patch++) {
    const row = features.subarray(patch * DIM, (patch + 1) * DIM);
    const [top, left] = [Math.floor(patch / GRID.cols) * PATCH - AROUND, (patch % GRID.cols) * PATCH - AROUND];
    for (let y = 0; y < side * BLOCKS; y++) {
      for (let x = 0; x < side * BLOCKS; x++) {
        const at = (inside(top + y, SIZE.height) * SIZE.width + inside(left + x, SIZE.width)) * 3;
        const block = Math.floor(y / side) * BLOCKS + Math.floor(x / side);
        for (let c = 0; c < 3; c++) row[block * 3 + c]! += rgb[at + c]! - 110;
      }
    }
    const norm = Math.hypot(...row);
    row.forEach((value, i) => (row[i] = value / norm));
  }
  return features;
}

(python === null ? describe.skip : describe)('key points that are propagated', () => {
  it('are where an independent NumPy implementation finds them, with the same PCK', async () => {
    const clip = [...renderClip({ ...SIZE, frames: 16, objects: OBJECTS, seed: 5 })];
    const features = clip.map(featuresOf);
    const points = clip[0]!.joints.flat().length;
    const engine = createEngine({ threads: 1 });
    const session = engine.createSession({ grid: GRID, dim: DIM, classes: points }, PARAMETERS);
    const walk = new PassWalk(session);
    const first = clip[0]!.joints.flat().map(({ x, y }) => ({ col: x / PATCH, row: y / PATCH }));
    const found: ({ x: number; y: number } | null)[][] = [];
    for (const frame of features) {
      const { labels } = await walk.next(frame, async () => keypointsToGrid(first, GRID));
      const places = keypointsFromGrid(labels, points, GRID);
      found.push(places.map((place) => place && { x: place.col * PATCH, y: place.row * PATCH }));
    }
    session.close();
    await engine.close();
    const scores = clip[0]!.joints.map((_, object) => {
      const score = new PckScore(points / OBJECTS, ALPHAS);
      clip.slice(1).forEach(({ joints }, i) => {
        const own = found[i + 1]!.slice((object * points) / OBJECTS, ((object + 1) * points) / OBJECTS);
        score.add(
          joints[object]!.map((joint) => (joint.isVisible ? joint : null)),
          own,
        );
      });
      return score.result();
    });

    const reference = byNumpy(clip, features);
    let worst = 0;
    reference.found.forEach((frame, t) =>
      frame.forEach((place, point) => {
        const own = found[t]![point]!;
        if (place === null || own === null) return expect(own).toEqual(place);
        worst = Math.max(worst, Math.hypot(own.x - place[0], own.y - place[1]));
      }),
    );
    expect(worst).toBeLessThan(0.05);
    ALPHAS.forEach((alpha, i) =>
      expect(scores.map((score) => score[i]!.mean)).toEqual(
        reference.pck[alpha]!.map((value) => expect.closeTo(value, 9)),
      ),
    );
    // The comparison says something where some points are found and others are not.
    for (const alpha of ALPHAS) {
      const mean = reference.pck[alpha]!.reduce((sum, value) => sum + value, 0) / OBJECTS;
      expect(mean).toBeGreaterThan(0.1);
      expect(mean).toBeLessThan(0.9);
    }
  });
});

function byNumpy(clip: ClipFrame[], features: Float32Array[]) {
  const folder = mkdtempSync(join(tmpdir(), 'propago-numpy-'));
  try {
    const { topK, temperature, contextLength, neighbourhood } = PARAMETERS;
    const joints = clip.map((frame) => frame.joints.flat());
    const given = {
      ...GRID,
      ...{ patch: PATCH, dim: DIM, objects: OBJECTS, alphas: ALPHAS },
      ...{ topK, temperature, contextLength, radius: neighbourhood.radius },
      truth: joints.map((frame) => frame.map(({ x, y }) => [x, y])),
      visible: joints.map((frame) => frame.map(({ isVisible }) => isVisible)),
    };
    writeFileSync(join(folder, 'case.json'), JSON.stringify(given));
    writeFileSync(
      join(folder, 'features.f32'),
      Buffer.concat(features.map(({ buffer }) => new Uint8Array(buffer as ArrayBuffer))),
    );
    const script = join(__dirname, 'support/keypoint_propagation.py');
    return JSON.parse(execFileSync(python!, [script, folder], { encoding: 'utf8' })) as {
      found: ([number, number] | null)[][];
      pck: Record<number, number[]>;
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
