import { Random } from './random';
import { Texture } from './texture';

// Own names for the functions of inner loops: looked up through a global object of another realm they cost more than the work.
const { cos, sin, max, abs, min, PI } = Math;

/** Frames in which an object goes from one end of its path to the other; speeds do not depend on a clip's length. */
const CROSSING = 56;
const LOBES = [2, 3, 5] as const;
/** Directions in which the outline is tabulated. */
export const OUTLINE_STEPS = 1024;

/** How an object looks and moves; lengths in px, angles in radians, rates in radians per frame. */
export interface MovingObject {
  texture: Texture;
  radius: number;
  /** Depth of each of the `LOBES` of the outline, relative to the radius. */
  lobes: readonly number[];
  lobePhases: readonly number[];
  from: readonly [x: number, y: number];
  to: readonly [x: number, y: number];
  /** Where on the way the object starts, in half turns of the cosine. */
  start: number;
  sway: number;
  swayRate: number;
  angle: number;
  turn: number;
  turnRate: number;
  grow: number;
  growRate: number;
  bend: number;
  bendRate: number;
}

/** An object at one frame. */
export interface Pose {
  x: number;
  y: number;
  cos: number;
  sin: number;
  scale: number;
  /** Sideways displacement at the rim, relative to the radius: the object bends like a fish. */
  bend: number;
  /** Outline radius per direction, px before scaling; OUTLINE_STEPS entries and the first again. */
  outline: Float32Array;
  /** No part of the object is farther from its centre than this, px. */
  reach: number;
}

/** Object `index` of `count`: they stand side by side in frame 0 and change places, so that they cross. */
export function movingObject(
  random: Random,
  scene: { width: number; height: number },
  index: number,
  count: number,
  skin: Texture,
  motion: number,
): MovingObject {
  const slot = (i: number) => ((i + 0.5) / count) * scene.width;
  const side = min(scene.height, scene.width / max(2, count * 0.7));
  const radius = side * random.between(0.19, 0.24);
  const level = () => scene.height * random.between(0.36, 0.64);
  const middle = index === count - 1 - index;
  const end = middle ? slot(index) + random.sign() * scene.width * 0.18 : slot(count - 1 - index);
  return {
    texture: skin,
    radius,
    lobes: [random.between(0.08, 0.2), random.between(0.08, 0.2), random.between(0.08, 0.16)],
    lobePhases: LOBES.map(() => random.between(0, 2 * PI)),
    from: [slot(index), level()],
    to: [end, level()],
    start: random.between(0, 0.12),
    sway: scene.height * random.between(0.05, 0.1) * random.sign(),
    swayRate: (2 * PI) / random.between(30, 46),
    angle: random.between(0, 2 * PI),
    turn: motion * random.between(0.5, 1.1) * random.sign(),
    turnRate: (2 * PI) / random.between(60, 100),
    grow: motion * random.between(0.1, 0.22) * random.sign(),
    growRate: (2 * PI) / random.between(50, 90),
    bend: random.between(0.12, 0.24),
    bendRate: (2 * PI) / random.between(24, 40),
  };
}

/** Where the object is and what outline it has at a frame (any number >= 0). */
export function poseAt(object: MovingObject, frame: number): Pose {
  const way = 0.5 - 0.5 * cos(PI * (object.start + frame / CROSSING));
  const angle = object.angle + object.turn * sin(object.turnRate * frame);
  const scale = 1 + object.grow * sin(object.growRate * frame);
  const outline = new Float32Array(OUTLINE_STEPS + 1);
  let largest = 0;
  for (let i = 0; i <= OUTLINE_STEPS; i++) {
    const direction = (i / OUTLINE_STEPS) * 2 * PI;
    let relative = 1;
    LOBES.forEach((lobes, k) => {
      const breath = 1 + 0.35 * sin(object.bendRate * frame + k);
      relative += object.lobes[k] * breath * cos(lobes * direction + object.lobePhases[k]);
    });
    outline[i] = object.radius * max(0.3, relative);
    largest = max(largest, outline[i]);
  }
  const bend = object.bend * sin(object.bendRate * frame);
  return {
    x: object.from[0] + (object.to[0] - object.from[0]) * way,
    y: object.from[1] + (object.to[1] - object.from[1]) * way + object.sway * sin(object.swayRate * frame),
    cos: cos(angle),
    sin: sin(angle),
    scale,
    bend,
    outline,
    reach: largest * scale * (1 + abs(bend) * (largest / object.radius)) + 2,
  };
}

/** How far from the centre its joints lie, relative to the radius. */
const JOINT_RADIUS = 0.5;
const JOINTS_ROUND = 5;

/** Points of an object's surface at a frame, px from the corner of the picture: its centre, and some round it. */
export function jointsOf(object: MovingObject, pose: Pose): (readonly [x: number, y: number])[] {
  const round = Array.from({ length: JOINTS_ROUND }, (_, i) => (2 * PI * i) / JOINTS_ROUND);
  const own = [[0, 0], ...round.map((angle) => [JOINT_RADIUS * cos(angle), JOINT_RADIUS * sin(angle)])];
  return own.map(([x, y]) => {
    const along = object.radius * x!;
    const across = object.radius * y! + (pose.bend * along * along) / object.radius;
    const dx = pose.cos * along - pose.sin * across;
    const dy = pose.sin * along + pose.cos * across;
    // The renderer has the centres of pixels at whole numbers.
    return [pose.x + pose.scale * dx + 0.5, pose.y + pose.scale * dy + 0.5] as const;
  });
}
