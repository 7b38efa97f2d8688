import { CodedError } from '@propago/contracts';

const FRAME = /^\d{1,9}$/;
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where something stands in a list by age, whether or not it is still there. */
export interface PlaceInList {
  createdAt: Date;
  id: string;
}

/** The `limit` of a request. @throws CodedError OPTION_OUT_OF_RANGE */
export function pageOf(limit: string | undefined, { fallback, most }: { fallback: number; most: number }): number {
  if (limit === undefined) return fallback;
  const value = Number(limit);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new CodedError('OPTION_OUT_OF_RANGE', `Expected limit in [1, ${most}].`);
}

/** A frame number from an address. @throws CodedError FRAME_NOT_FOUND */
export function frameNumber(text: string): number {
  if (FRAME.test(text)) return Number(text);
  throw new CodedError('FRAME_NOT_FOUND', `Expected a frame number but received '${text}'.`);
}

/** The number of the frame that ended the page before. @throws CodedError REQUEST_INVALID */
export function frameCursor(cursor: string): number {
  if (FRAME.test(cursor)) return Number(cursor);
  throw notOurs();
}

/** The place as text for the address of the next page: milliseconds since 1970 and id. */
export function cursorOf({ createdAt, id }: PlaceInList): string {
  return `${createdAt.getTime()}_${id}`;
}

/** Prisma's condition for what comes after a place in a list that begins with the newest; everything without a place. */
export function olderThan(place: PlaceInList | undefined) {
  // By place and not by Prisma's cursor: the last item of a page may be deleted before the next page is asked for.
  if (!place) return {};
  return { OR: [{ createdAt: { lt: place.createdAt } }, { createdAt: place.createdAt, id: { lt: place.id } }] };
}

/** @throws CodedError REQUEST_INVALID when it is no cursor that the API gave */
export function placeOf(cursor: string): PlaceInList {
  const [time = '', id = ''] = cursor.split('_');
  if (/^\d{1,14}$/.test(time) && UUID.test(id)) return { createdAt: new Date(Number(time)), id };
  throw notOurs();
}

function notOurs(): CodedError {
  return new CodedError('REQUEST_INVALID', 'Expected cursor to be `next` of the page before.');
}
