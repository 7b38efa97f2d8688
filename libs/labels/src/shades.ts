/** A picture of one value per pixel. */
export interface Values {
  width: number;
  height: number;
  /** height x width, row-major. */
  values: Uint8Array;
}

/** How the pixels of each value lie in a picture; all by value. */
interface ValueShapes {
  pixels: Uint32Array;
  /** 1 where the value fills some 3x3 block, or the part of one that lies in the picture. */
  solid: Uint8Array;
  /** Pixels with at least two other values among their eight neighbours. */
  between: Uint32Array;
}

function shapesOf({ values, width, height }: Values): ValueShapes {
  const shapes = { pixels: new Uint32Array(256), solid: new Uint8Array(256), between: new Uint32Array(256) };
  for (let y = 0, at = 0; y < height; y++) {
    const [top, bottom] = [y > 0 ? -width : 0, y < height - 1 ? width : 0];
    for (let x = 0; x < width; x++, at++) {
      const value = values[at];
      const left = x > 0 ? -1 : 0;
      const right = x < width - 1 ? 1 : 0;
      let other = -1;
      let between = false;
      for (let row = top; row <= bottom && !between; row += width) {
        for (let step = left; step <= right; step++) {
          const neighbour = values[at + row + step];
          if (neighbour === value || neighbour === other) continue;
          if (other >= 0) {
            between = true;
            break;
          }
          other = neighbour;
        }
      }
      shapes.pixels[value]++;
      if (between) shapes.between[value]++;
      else if (other < 0) shapes.solid[value] = 1;
    }
  }
  return shapes;
}

/**
 * The values that lie in a picture as the shades of an anti-aliased edge do: nowhere three pixels thick, and mostly
 * between two other values. An object, however small, is thick or lies on one background; so does a thin line.
 */
export function shadesIn(picture: Values): Set<number> {
  const { pixels, solid, between } = shapesOf(picture);
  return new Set(valuesOf(picture.values).filter((value) => solid[value] === 0 && 2 * between[value] >= pixels[value]));
}

/** Steps of a channel by which the shades of an edge may miss the line between the colours on its two sides. */
const OFF_LINE = 24;
/** The brightest colour differs from the darkest by no more than this: ids written as greys, never shades. */
const LEAST_CONTRAST = 64;

type Colour = readonly [red: number, green: number, blue: number];

const minus = (a: Colour, b: Colour): Colour => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Colour, b: Colour): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Whether a colour lies between two others, near the straight line that joins them. */
function liesBetween(colour: Colour, from: Colour, to: Colour): boolean {
  const [line, step] = [minus(to, from), minus(colour, from)];
  const share = dot(line, step) / dot(line, line);
  if (!(share > 0 && share < 1)) return false;
  const off = minus(step, [line[0] * share, line[1] * share, line[2] * share]);
  return dot(off, off) <= OFF_LINE ** 2;
}

/**
 * Whether a picture is an anti-aliased one: at least half of its values, not counting the two at its ends, lie along
 * edges as {@link shadesIn} says and have a colour between those of two areas.
 * @param colours RGB triples, one per value
 * @param least shades that there must be
 */
export function isShaded({ values, width, height }: Values, colours: Uint8Array, least = 1): boolean {
  const used = valuesOf(values);
  const colourOf = (value: number): Colour => [colours[3 * value], colours[3 * value + 1], colours[3 * value + 2]];
  const brightness = (value: number): number => dot(colourOf(value), [1, 1, 1]) / 3;
  const byBrightness = [...used].sort((a, b) => brightness(a) - brightness(b));
  const ends = [byBrightness[0], byBrightness[byBrightness.length - 1]];
  const contrast = Math.max(...minus(colourOf(ends[1]), colourOf(ends[0])));
  if (used.length < 3 || contrast <= LEAST_CONTRAST) return false;
  const thin = shadesIn({ values, width, height });
  const areas = used.filter((value) => !thin.has(value) || ends.includes(value)).map(colourOf);
  const shades = used.filter((value) => {
    if (!thin.has(value) || ends.includes(value)) return false;
    const colour = colourOf(value);
    return areas.some((from, i) => areas.slice(0, i).some((to) => liesBetween(colour, from, to)));
  });
  return shades.length >= least && 2 * shades.length >= used.length - 2;
}

/** The values that occur, ascending. */
export function valuesOf(samples: Uint8Array): number[] {
  const seen = new Uint8Array(256);
  for (let i = 0; i < samples.length; i++) seen[samples[i]] = 1;
  return [...seen.keys()].filter((value) => seen[value] === 1);
}
