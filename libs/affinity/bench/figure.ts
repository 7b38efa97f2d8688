import { writeFileSync } from 'node:fs';

/** Cost in ms against one quantity. */
export interface Curve {
  axis: string;
  points: { at: number; ms: number }[];
}

const WIDTH = 200;
const HEIGHT = 130;
const LEFT = 44;
const TOP = 34;

/** Draws the curves side by side, each from zero. */
export function writeFigure(path: string, title: string, curves: Curve[]): void {
  const panels = curves.map(({ axis, points }, i) => {
    const widest = Math.max(...points.map(({ at }) => at));
    const highest = Math.max(...points.map(({ ms }) => ms));
    const x = (at: number) => Math.round((WIDTH * at) / widest);
    const y = (ms: number) => Math.round(HEIGHT * (1 - ms / highest));
    const dots = points.map(({ at, ms }) => `<circle cx="${x(at)}" cy="${y(ms)}" r="3"/>`).join('');
    const ticks = points
      .map(({ at }) => `<text x="${x(at)}" y="${HEIGHT + 14}" text-anchor="middle">${at}</text>`)
      .filter((_, tick) => tick % 2 === (points.length - 1) % 2)
      .join('');
    const line = points.map(({ at, ms }) => `${x(at)},${y(ms)}`).join(' ');
    return [
      `<g transform="translate(${LEFT + i * (WIDTH + 60)} ${TOP})">`,
      `<path d="M0 0V${HEIGHT}H${WIDTH}" fill="none" stroke="#999"/>`,
      `<polyline points="${line}" fill="none" stroke="#06c" stroke-width="2"/><g fill="#06c">${dots}</g>`,
      `<text x="-6" y="5" text-anchor="end">${highest.toPrecision(3)}</text><text x="-6" y="${HEIGHT}" text-anchor="end">0</text>`,
      `${ticks}<text x="${WIDTH / 2}" y="${HEIGHT + 32}" text-anchor="middle" font-weight="bold">${axis}</text></g>`,
    ].join('');
  });
  const width = LEFT + curves.length * (WIDTH + 60);
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${TOP + HEIGHT + 44}" font-family="sans-serif" font-size="11">`;
  const ground = `<rect width="100%" height="100%" fill="#fff"/><text x="${LEFT}" y="18" font-weight="bold">${title}</text>`;
  writeFileSync(path, `${head}${ground}${panels.join('')}</svg>\n`);
}
