export type Tool = 'brush' | 'eraser' | 'polygon' | 'wand' | 'fill' | 'points' | 'hand';

export const TOOLS: readonly { id: Tool; name: string; key: string }[] = [
  { id: 'brush', name: 'Brush', key: 'B' },
  { id: 'eraser', name: 'Eraser', key: 'E' },
  { id: 'polygon', name: 'Polygon', key: 'G' },
  { id: 'wand', name: 'Magic wand: what has like colours', key: 'W' },
  { id: 'fill', name: 'Fill', key: 'J' },
  { id: 'points', name: 'Key points', key: 'T' },
  { id: 'hand', name: 'Move the picture', key: 'H' },
];

export const SMALLEST_BRUSH = 1;
export const LARGEST_BRUSH = 200;
export const MOST_TOLERANCE = 128;

/** The next size of a brush, by about a fifth. @param direction 1 larger, -1 smaller */
export function nextSize(size: number, direction: 1 | -1): number {
  const next = direction > 0 ? Math.max(size + 1, Math.round(size * 1.2)) : Math.min(size - 1, Math.round(size / 1.2));
  return Math.min(LARGEST_BRUSH, Math.max(SMALLEST_BRUSH, next));
}
