import { useMemo, useState } from 'react';
import { coloursOf, hexOf } from '../labels/palette';
import type { ObjectLook } from '../paint/object-dialog';

/**
 * Names and colours of the objects of a run to come.
 *
 * @param isOnFirst whether an object is on the first painted frame: such ones are traced back where nothing else is
 * said, as the API does it
 */
export function useObjectLooks(isOnFirst: (object: number) => boolean) {
  const [looks, setLooks] = useState<ReadonlyMap<number, Omit<ObjectLook, 'isTracedBack'>>>(new Map());
  const [tracedBack, setTracedBack] = useState<ReadonlyMap<number, boolean>>(new Map());
  const colours = useMemo(() => coloursOf([...looks].map(([id, { colour }]) => ({ id, colour }))), [looks]);
  const lookOf = (object: number): ObjectLook => ({
    name: looks.get(object)?.name ?? null,
    colour: hexOf(colours[object]!),
    isTracedBack: tracedBack.get(object) ?? isOnFirst(object),
  });
  const change = (object: number, { isTracedBack, ...look }: ObjectLook) => {
    setLooks(new Map(looks).set(object, look));
    if (isTracedBack !== lookOf(object).isTracedBack) setTracedBack(new Map(tracedBack).set(object, isTracedBack));
  };
  return { colours, lookOf, change };
}
