import { Field, noiseField, smoothStep } from './noise';
import { Random } from './random';

// Own names for the functions of inner loops: looked up through a global object of another realm they cost more than the work.
const { floor, min, max, sqrt, sin, PI } = Math;

/** Red, green and blue, 0..255. */
export type Colour = readonly [number, number, number];

/** A square RGB texture that repeats in both directions; `size` is a power of two. */
export interface Texture {
  size: number;
  /** size x size x 3, row-major. */
  rgb: Float32Array;
}

export const TEXTURE_KINDS = ['clouds', 'stripes', 'spots', 'cells'] as const;
export type TextureKind = (typeof TEXTURE_KINDS)[number];

/** A procedural texture in three colours: two that form the pattern and one that grain mixes in. */
export function texture(random: Random, kind: TextureKind, size: number, colours: readonly Colour[]): Texture {
  const pattern = PATTERNS[kind](random, size);
  const grain = noiseField(random, size, 16, 5, 0.7);
  const tint = noiseField(random, size, 4, 3);
  const rgb = new Float32Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    const mix = pattern.values[i];
    const third = 0.8 * smoothStep(0.45, 0.7, tint.values[i]);
    const light = 0.72 + 0.56 * grain.values[i];
    for (let c = 0; c < 3; c++) {
      const two = colours[0][c] + (colours[1][c] - colours[0][c]) * mix;
      rgb[i * 3 + c] = min(255, (two + (colours[2][c] - two) * third) * light);
    }
  }
  return { size, rgb };
}

/** A colour from hue (turns), saturation and lightness (0..1): the hexagonal HSL model. */
export function hslColour(hue: number, saturation: number, lightness: number): Colour {
  const chroma = saturation * min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + (hue - floor(hue)) * 12) % 12;
    return 255 * (lightness - chroma * max(-1, min(k - 3, 9 - k, 1)));
  };
  return [channel(0), channel(8), channel(4)];
}

const PATTERNS: Record<TextureKind, (random: Random, size: number) => Field> = { clouds, stripes, spots, cells };

function clouds(random: Random, size: number): Field {
  const field = noiseField(random, size, 4, 6, 0.6);
  return { size, values: field.values.map((value) => smoothStep(0.3, 0.7, value)) };
}

/** Bands with wavy borders; whole waves per side, so that the texture repeats. */
function stripes(random: Random, size: number): Field {
  const warp = noiseField(random, size, 4, 3);
  const [across, down] = [random.pick([5, 6, 7, 8]), random.pick([-3, -2, 2, 3])];
  const bend = random.between(0.8, 1.8);
  const values = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const phase = (across * x + down * y) / size + bend * warp.values[y * size + x];
      values[y * size + x] = smoothStep(-0.25, 0.25, sin(2 * PI * phase));
    }
  }
  return { size, values };
}

/** Round dots of various sizes, one per cell of a jittered lattice. */
function spots(random: Random, size: number): Field {
  return nearestPoints(random, size, random.pick([8, 10]), (distance, _, draw) => {
    const radius = 0.22 + 0.18 * draw;
    return smoothStep(radius + 0.05, radius - 0.05, distance);
  });
}

/** Patches with dark seams, as on a giraffe. */
function cells(random: Random, size: number): Field {
  return nearestPoints(random, size, random.pick([7, 8, 9]), (distance, second, draw) => {
    return smoothStep(0.02, 0.14, second - distance) * (0.55 + 0.45 * draw);
  });
}

/** A field from the distances (in lattice cells) to the two nearest points of a jittered lattice, and the nearest's own draw. */
function nearestPoints(
  random: Random,
  size: number,
  lattice: number,
  value: (nearest: number, second: number, draw: number) => number,
): Field {
  const points = Array.from({ length: lattice * lattice }, () => [
    random.between(0.15, 0.85),
    random.between(0.15, 0.85),
  ]);
  const draws = points.map(() => random.next());
  const values = new Float32Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [(x * lattice) / size, (y * lattice) / size];
      let nearest = Infinity;
      let second = Infinity;
      let draw = 0;
      for (let row = floor(v) - 1; row <= floor(v) + 1; row++) {
        for (let column = floor(u) - 1; column <= floor(u) + 1; column++) {
          const point = ((row + lattice) % lattice) * lattice + ((column + lattice) % lattice);
          const dx = column + points[point][0] - u;
          const dy = row + points[point][1] - v;
          const distance = sqrt(dx * dx + dy * dy);
          if (distance < nearest) {
            second = nearest;
            nearest = distance;
            draw = draws[point];
          } else if (distance < second) second = distance;
        }
      }
      values[y * size + x] = value(nearest, second, draw);
    }
  }
  return { size, values };
}

/**
 * The texture at a point, bilinear.
 * @param u,v in texels, any number
 * @param into receives three channels at `at`
 */
export function sampleTexture({ size, rgb }: Texture, u: number, v: number, into: Float32Array, at: number): void {
  const mask = size - 1;
  const x = floor(u);
  const y = floor(v);
  const fx = u - x;
  const fy = v - y;
  const top = (y & mask) * size;
  const bottom = ((y + 1) & mask) * size;
  const a = (top + (x & mask)) * 3;
  const b = (top + ((x + 1) & mask)) * 3;
  const c = (bottom + (x & mask)) * 3;
  const d = (bottom + ((x + 1) & mask)) * 3;
  const wa = (1 - fx) * (1 - fy);
  const wb = fx * (1 - fy);
  const wc = (1 - fx) * fy;
  const wd = fx * fy;
  into[at] = rgb[a] * wa + rgb[b] * wb + rgb[c] * wc + rgb[d] * wd;
  into[at + 1] = rgb[a + 1] * wa + rgb[b + 1] * wb + rgb[c + 1] * wc + rgb[d + 1] * wd;
  into[at + 2] = rgb[a + 2] * wa + rgb[b + 2] * wb + rgb[c + 2] * wc + rgb[d + 2] * wd;
}
