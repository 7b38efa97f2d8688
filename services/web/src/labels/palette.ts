export type Rgb = readonly [red: number, green: number, blue: number];
/** A colour for each object id 0..255. */
export type Colours = readonly Rgb[];

/**
 * A colour for each object id 0..255, far from one another and from most pictures. The first twelve were chosen by eye for
 * light and dark grounds; further ones step around the hues by the golden angle at changing lightness.
 */
export const PALETTE: Colours = [
  [0, 0, 0],
  [255, 99, 71],
  [56, 152, 255],
  [255, 196, 0],
  [46, 204, 113],
  [186, 104, 255],
  [0, 206, 209],
  [255, 105, 180],
  [178, 223, 68],
  [255, 145, 48],
  [123, 131, 255],
  [240, 230, 140],
  [214, 69, 96],
  ...Array.from({ length: 243 }, (_, i) => fromHue((i * 137.508) % 360, 0.55 + 0.12 * (i % 3))),
];

export const cssColour = (colour: Rgb): string => `rgb(${colour.join(' ')})`;
export const hexOf = (colour: Rgb): string => `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;

/** The colours of a run: those that its objects have, and for all other ids those of the page. */
export function coloursOf(objects: Iterable<{ id: number; colour: string }>): Colours {
  const colours = [...PALETTE];
  for (const { id, colour } of objects) {
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    colours[id] = [red!, green!, blue!];
  }
  return colours;
}

function fromHue(hue: number, lightness: number): Rgb {
  const chroma = (1 - Math.abs(2 * lightness - 1)) * 0.75;
  const part = (n: number) => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - (chroma / 2) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}
