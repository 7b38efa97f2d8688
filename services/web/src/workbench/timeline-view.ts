/** The stretch of a video that the rows of a timeline show. */
export interface Stretch {
  /** Its first frame. */
  first: number;
  /** How many. */
  count: number;
}

/** No fewer frames are shown, where a video has as many. */
export const LEAST_SHOWN = 60;
/** Where a frame is put that has just left the view, so that what follows is seen. */
const AHEAD = 0.9;

export const wholeOf = (frames: number): Stretch => ({ first: 0, count: Math.max(1, frames) });

export const isSeen = ({ first, count }: Stretch, frame: number): boolean => frame >= first && frame < first + count;

/** Shows more or fewer frames; the one that it is done around stays where it is. @param factor above 1: nearer */
export function zoomed(view: Stretch, frames: number, factor: number, around: number): Stretch {
  const count = Math.min(frames, Math.max(LEAST_SHOWN, Math.round(view.count / factor)));
  const place = isSeen(view, around) ? (around + 0.5 - view.first) / view.count : 0.5;
  const middle = isSeen(view, around) ? around + 0.5 : view.first + view.count / 2;
  return within({ first: middle - place * count, count }, frames);
}

/** Shows earlier or later frames. */
export const moved = (view: Stretch, frames: number, by: number): Stretch =>
  within({ ...view, first: view.first + by }, frames);

/** Shows a frame: the next stretch where it has just left this one, otherwise its surroundings. */
export function withFrame(view: Stretch, frames: number, frame: number): Stretch {
  const { first, count } = view;
  if (isSeen(view, frame)) return view;
  const isNear = frame >= first - count && frame < first + 2 * count;
  const place = !isNear ? 0.5 : frame < first ? AHEAD : 1 - AHEAD;
  return within({ first: frame - place * count, count }, frames);
}

function within({ first, count }: Stretch, frames: number): Stretch {
  return { first: Math.round(Math.min(Math.max(0, frames - count), Math.max(0, first))), count };
}
