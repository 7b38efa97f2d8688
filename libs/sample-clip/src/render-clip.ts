import { jointsOf, MovingObject, movingObject, OUTLINE_STEPS, Pose, poseAt } from './moving-object';
import { Random } from './random';
import { Colour, hslColour, sampleTexture, Texture, texture, TEXTURE_KINDS } from './texture';

// Own names for the functions of inner loops: looked up through a global object of another realm they cost more than the work.
const { floor, ceil, min, max, sqrt, atan2, cos, sin, imul, PI } = Math;

/** What to render; the same options always give the same bytes, and fewer frames the beginning of more. */
export interface ClipOptions {
  width?: number;
  height?: number;
  frames?: number;
  seed?: number;
  /** Labels 1..objects, all visible in frame 0; at most 16. */
  objects?: number;
  /** Only every so many frames are rendered: 4 gives the frames 0, 4, 8 … of a clip that is four times as long. */
  stride?: number;
  /** What makes labels hard to follow; nothing of it by default. */
  hardness?: Partial<Hardness>;
}

/** What makes the labels of a clip hard to follow. */
export interface Hardness {
  /** How much of the ground's colours the objects take on, 0..1. */
  likeness: number;
  /** How many times finer the textures of objects and ground are. */
  detail: number;
  /** How many times as much objects grow, shrink and turn. */
  motion: number;
  /** How many times as strong the changes of light are. */
  light: number;
  /** Unlabelled objects in other textures of the same colours, which move as the labelled ones do. */
  distractors: number;
}

/** One frame and its exact ground truth. */
export interface ClipFrame {
  /** height x width x 3, rgb24. */
  rgb: Buffer;
  /** height x width; 0 background, else the object whose visible surface covers the pixel's centre. */
  labels: Uint8Array;
  /** By object, label 1 first: points that are fixed to its surface, and move, turn and bend with it. */
  joints: Joint[][];
}

/** The same without a Buffer, which browsers do not have. */
export type ClipPicture = Omit<ClipFrame, 'rgb'> & { rgb: Uint8Array<ArrayBuffer> };

/** A point of an object, px: the centre of the first pixel is 0.5, 0.5. */
export interface Joint {
  x: number;
  y: number;
  /** Whether it lies in the picture, and nothing covers it. */
  isVisible: boolean;
}

/** The clip of `npm run demo`: a few seconds at 480p. */
export const SAMPLE_CLIP = { width: 854, height: 480, frames: 64, seed: 1, objects: 3 } as const satisfies ClipOptions;

const EASY: Hardness = { likeness: 0, detail: 1, motion: 1, light: 1, distractors: 0 };
const GRAIN = 1 << 16;
/** How far a shadow falls, relative to the object's radius, and how dark it is. */
const SHADOW = { x: 0.14, y: 0.2, strength: 0.45, softness: 0.18 };
/** Where the light comes from: above, left, and towards the camera. */
const LIGHT = { x: -0.35, y: -0.5 };

interface Scene {
  width: number;
  height: number;
  ground: Texture;
  pan: { angle: number; speed: number; zoomRate: number; phase: number };
  objects: MovingObject[];
  /** How many of them have a label: the first ones. */
  labelled: number;
  grain: Float32Array;
  hardness: Hardness;
}

/**
 * Textured objects that move, turn, scale, bend and occlude each other over a moving textured ground, with shadows,
 * changing light and camera noise. Frames are rendered one at a time, as they are asked for.
 * @throws RangeError for a size below 16 px or a number of objects outside 1..16
 */
export function* renderClip(options: ClipOptions = {}): Generator<ClipFrame, void> {
  for (const { rgb, ...frame } of renderPictures(options)) yield { ...frame, rgb: Buffer.from(rgb.buffer) };
}

/** What `renderClip` gives, for a browser. @throws RangeError as it does */
export function* renderPictures(options: ClipOptions = {}): Generator<ClipPicture, void> {
  const { width, height, frames, seed, objects, stride } = { ...SAMPLE_CLIP, stride: 1, ...options };
  if (!(width >= 16 && height >= 16))
    throw new RangeError(`Expected at least 16x16 px but received ${width}x${height}`);
  const hardness = { ...EASY, ...options.hardness };
  if (!(objects >= 1 && objects + hardness.distractors <= 16)) {
    throw new RangeError(`Expected 1 to 16 objects but received ${objects} and ${hardness.distractors} distractors`);
  }
  const scene = composeScene(new Random(seed), width, height, objects, hardness);
  for (let i = 0; i < frames; i++) yield renderFrame(scene, i * stride);
}

function composeScene(random: Random, width: number, height: number, labelled: number, hardness: Hardness): Scene {
  const count = labelled + hardness.distractors;
  const hue = random.next();
  const groundColours: Colour[] = [
    hslColour(hue, random.between(0.2, 0.35), random.between(0.3, 0.4)),
    hslColour(hue + random.between(0.06, 0.14), random.between(0.2, 0.4), random.between(0.55, 0.68)),
    // Near the colour of an object: nothing in a real scene has its colours for itself.
    hslColour(hue + 1 / (count + 1), random.between(0.3, 0.45), random.between(0.4, 0.5)),
  ];
  const ground = texture(random, 'clouds', 1024, groundColours);
  const firstKind = floor(random.between(0, TEXTURE_KINDS.length));
  const objects = Array.from({ length: count }, (_, index) => {
    const own = hue + (index + 1) / (count + 1) + random.between(-0.06, 0.06);
    const colours: Colour[] = [
      hslColour(own, random.between(0.35, 0.55), random.between(0.32, 0.45)),
      hslColour(own + random.between(0.06, 0.16) * random.sign(), random.between(0.3, 0.55), random.between(0.55, 0.7)),
      groundColours[index % 2],
    ];
    const blended = colours.map((colour, i) => blend(colour, groundColours[i]!, hardness.likeness));
    const kind = TEXTURE_KINDS[(firstKind + index) % TEXTURE_KINDS.length];
    return movingObject(random, { width, height }, index, count, texture(random, kind, 512, blended), hardness.motion);
  });
  const pan = {
    angle: random.between(0, 2 * PI),
    speed: (height / 480) * random.between(1.2, 2.2),
    zoomRate: (2 * PI) / random.between(70, 110),
    phase: random.between(0, 2 * PI),
  };
  // The sum of three draws is close enough to the bell curve of a sensor.
  const grain = Float32Array.from({ length: GRAIN }, () => 4 * (random.next() + random.next() + random.next() - 1.5));
  return { width, height, ground, pan, objects, labelled, grain, hardness };
}

function blend(colour: Colour, other: Colour, share: number): Colour {
  const mixed = (c: 0 | 1 | 2) => colour[c] + (other[c] - colour[c]) * share;
  return [mixed(0), mixed(1), mixed(2)];
}

function renderFrame(scene: Scene, frame: number): ClipPicture {
  const { width, height } = scene;
  const image = new Float32Array(width * height * 3);
  const labels = new Uint8Array(width * height);
  drawGround(scene, frame, image);
  const poses = scene.objects.map((object) => poseAt(object, frame));
  scene.objects.forEach((object, index) => {
    const pose = poses[index]!;
    drawShadow(scene, object, pose, image);
    drawObject(scene, object, pose, image, labels, index < scene.labelled ? index + 1 : 0);
  });
  const joints = scene.objects.slice(0, scene.labelled).map((object, index) =>
    jointsOf(object, poses[index]!).map(([x, y]) => {
      const isInside = x >= 0 && y >= 0 && x < width && y < height;
      return { x, y, isVisible: isInside && labels[floor(y) * width + floor(x)] === index + 1 };
    }),
  );
  return { rgb: developed(scene, frame, image), labels, joints };
}

function drawGround({ width, height, ground, pan, hardness }: Scene, frame: number, image: Float32Array): void {
  // Textures have 480 px frames in mind: smaller frames show the same scene smaller.
  const zoom = (480 / height) * hardness.detail * (1 + 0.08 * sin(pan.zoomRate * frame + pan.phase));
  const roll = 0.06 * sin(pan.zoomRate * frame);
  const way = (pan.speed * frame * 480 * hardness.detail) / height;
  const [right, down] = [zoom * cos(roll), zoom * sin(roll)];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const dx = x - width / 2;
      const dy = y - height / 2;
      const u = right * dx - down * dy + way * cos(pan.angle);
      const v = down * dx + right * dy + way * sin(pan.angle);
      sampleTexture(ground, u, v, image, at);
    }
  }
}

/** The pixels that an object or its shadow may cover. */
function bounds({ width, height }: Scene, x: number, y: number, reach: number) {
  return {
    left: max(0, floor(x - reach)),
    right: min(width - 1, ceil(x + reach)),
    top: max(0, floor(y - reach)),
    bottom: min(height - 1, ceil(y + reach)),
  };
}

/** Radius of the outline in the direction of a point in the object's own coordinates, px before scaling. */
function outlineAt(outline: Float32Array, x: number, y: number): number {
  const turns = atan2(y, x) / (2 * PI);
  const at = (turns - floor(turns)) * OUTLINE_STEPS;
  const step = floor(at);
  return outline[step] + (outline[min(step + 1, OUTLINE_STEPS)] - outline[step]) * (at - step);
}

function drawShadow(scene: Scene, object: MovingObject, pose: Pose, image: Float32Array): void {
  const offsetX = pose.x + SHADOW.x * object.radius;
  const offsetY = pose.y + SHADOW.y * object.radius;
  const soft = SHADOW.softness * object.radius;
  const { left, right, top, bottom } = bounds(scene, offsetX, offsetY, pose.reach + soft * pose.scale);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const dx = (x - offsetX) / pose.scale;
      const dy = (y - offsetY) / pose.scale;
      const along = pose.cos * dx + pose.sin * dy;
      const across = pose.cos * dy - pose.sin * dx - (pose.bend * along * along) / object.radius;
      const inside = outlineAt(pose.outline, along, across) - sqrt(along * along + across * across);
      const cover = min(1, max(0, 0.5 + inside / (2 * soft)));
      if (cover === 0) continue;
      const light = 1 - SHADOW.strength * cover * cover;
      const at = (y * scene.width + x) * 3;
      for (let c = 0; c < 3; c++) image[at + c] *= light;
    }
  }
}

function drawObject(
  scene: Scene,
  object: MovingObject,
  pose: Pose,
  image: Float32Array,
  labels: Uint8Array,
  label: number,
): void {
  const texels = (480 / scene.height) * scene.hardness.detail;
  const skin = new Float32Array(3);
  const { left, right, top, bottom } = bounds(scene, pose.x, pose.y, pose.reach);
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const dx = (x - pose.x) / pose.scale;
      const dy = (y - pose.y) / pose.scale;
      const along = pose.cos * dx + pose.sin * dy;
      const across = pose.cos * dy - pose.sin * dx - (pose.bend * along * along) / object.radius;
      const distance = sqrt(along * along + across * across);
      const rim = outlineAt(pose.outline, along, across);
      const cover = min(1, max(0, (rim - distance) * pose.scale + 0.5));
      if (cover === 0) continue;
      const pixel = y * scene.width + x;
      if (cover >= 0.5) labels[pixel] = label;
      sampleTexture(object.texture, along * texels + 256, across * texels + 256, skin, 0);
      const out = min(1, distance / rim);
      const facing = sqrt(1 - 0.85 * out * out);
      const light = 0.62 + 0.42 * facing + (0.34 * (LIGHT.x * dx + LIGHT.y * dy)) / object.radius;
      for (let c = 0; c < 3; c++) {
        const at = pixel * 3 + c;
        image[at] += (skin[c] * light - image[at]) * cover;
      }
    }
  }
}

/** Light that drifts over the scene and through time, then the camera's blur and noise, to bytes. */
function developed(
  { width, height, grain, hardness }: Scene,
  frame: number,
  image: Float32Array,
): Uint8Array<ArrayBuffer> {
  const rgb = new Uint8Array(width * height * 3);
  const gain = 1 + 0.06 * hardness.light * sin(frame / 11);
  const lean = 0.1 * hardness.light * cos(frame / 17);
  const columns = Float32Array.from({ length: width }, (_, x) => gain + lean * (x / width - 0.5));
  let seed = imul(frame + 1, 0x9e3779b1);
  for (let y = 0, at = 0; y < height; y++) {
    const fade = 0.06 * (0.5 - y / height);
    seed = imul(seed ^ (seed >>> 15), 0x85ebca6b);
    let noise = seed >>> 16;
    for (let x = 0; x < width; x++) {
      const light = columns[x] + fade;
      const right = x + 1 < width ? 3 : 0;
      for (let c = 0; c < 3; c++, at++) {
        // A quarter of the right neighbour: lenses are never as sharp as a renderer.
        const value = (image[at] * 0.75 + image[at + right] * 0.25) * light + grain[noise++ & (GRAIN - 1)];
        rgb[at] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
      }
    }
  }
  return rgb;
}
