import { useMemo } from 'react';
import type { Video } from '../api/client';
import { coloursOf, hexOf } from '../labels/palette';
import { useKept } from '../labels/use-kept';
import type { ListedObject } from '../paint/listed-object';
import type { ObjectLook } from '../paint/object-dialog';
import type { Shape } from '../points/skeletons';
import { usePointPapers } from '../points/use-point-papers';
import { useSheets } from './use-sheets';

/** What is said of objects besides where they are; by their ids. */
interface Described {
  added: readonly number[];
  looks: Readonly<Record<number, Omit<ObjectLook, 'isTracedBack'>>>;
  tracedBack: Readonly<Record<number, boolean>>;
  /** Of objects that have key points. */
  shapes: Readonly<Record<number, Shape>>;
}

const NOTHING_YET: Described = { added: [1], looks: {}, tracedBack: {}, shapes: {} };

/** The objects of a run to come: masks, key points, names and colours; kept in this browser until there is a run. */
export function useNewObjects({ id: videoId, width, height }: Video) {
  const sheets = useSheets(videoId, width, height);
  const points = usePointPapers(videoId);
  const [described, describe, drop] = useKept(`propago-objects ${videoId}`, NOTHING_YET);
  const { added, looks, tracedBack, shapes } = described;

  const shaped = Object.keys(shapes).map(Number);
  const ids = [...new Set([...added, ...sheets.objects, ...shaped])].sort((a, b) => a - b);
  const pointedOn = (frame: number) => (points.find(frame) ?? []).filter((one) => placedIn(one.points) > 0);
  const pointed = new Set(points.frames.flatMap((frame) => pointedOn(frame).map(({ id }) => id)));
  const frames = [...new Set([...sheets.painted, ...points.frames])].sort((a, b) => a - b);
  // As the API has it: objects of the first frame that says something are traced back.
  const isOnFirst = (object: number) => {
    const [first] = frames;
    if (first === undefined) return true;
    return sheets.isOn(first, object) || pointedOn(first).some(({ id }) => id === object);
  };
  const colours = useMemo(
    () => coloursOf(Object.entries(looks).map(([id, { colour }]) => ({ id: Number(id), colour }))),
    [looks],
  );
  const skeletons = useMemo(
    () => new Map(Object.entries(shapes).map(([id, { skeleton }]) => [Number(id), skeleton])),
    [shapes],
  );
  const lookOf = (object: number): ObjectLook => ({
    name: looks[object]?.name ?? null,
    colour: hexOf(colours[object]!),
    isTracedBack: tracedBack[object] ?? isOnFirst(object),
  });
  const add = () => {
    const next = Math.max(0, ...ids) + 1;
    describe((before) => ({ ...before, added: [...before.added, next] }));
    return next;
  };

  return {
    sheets,
    points,
    ids,
    colours,
    skeletons,
    lookOf,
    shapeOf: (object: number): Shape | undefined => shapes[object],
    /** Frames on which something is said, ascending. */
    frames,
    /** Objects that are somewhere, ascending. */
    present: ids.filter((id) => sheets.objects.includes(id) || pointed.has(id)),
    listed: (frame: number): ListedObject[] =>
      ids.map((id) => {
        const shape = shapes[id];
        const here = points.find(frame)?.find((one) => one.id === id);
        const placed = shape && `${placedIn(here?.points ?? [])} of ${shape.points.length}`;
        return { id, name: lookOf(id).name, note: placed ?? (sheets.objects.includes(id) ? '' : 'not painted') };
      }),
    add,
    addShape(name: string | null, shape: Shape): number {
      const next = add();
      describe((before) => ({
        ...before,
        shapes: { ...before.shapes, [next]: shape },
        looks: { ...before.looks, [next]: { name, colour: hexOf(colours[next]!) } },
      }));
      return next;
    },
    change(object: number, { isTracedBack, ...look }: ObjectLook): void {
      const isOther = isTracedBack !== lookOf(object).isTracedBack;
      describe((before) => ({
        ...before,
        looks: { ...before.looks, [object]: look },
        tracedBack: isOther ? { ...before.tracedBack, [object]: isTracedBack } : before.tracedBack,
      }));
    },
    remove(object: number): void {
      sheets.remove(object);
      points.remove(object);
      const without = <T>(of: Readonly<Record<number, T>>) =>
        Object.fromEntries(Object.entries(of).filter(([id]) => Number(id) !== object));
      describe((before) => ({
        added: before.added.filter((id) => id !== object),
        looks: without(before.looks),
        tracedBack: without(before.tracedBack),
        shapes: without(before.shapes),
      }));
    },
    /** Forgets everything: there is a run now. */
    drop(): void {
      sheets.drop();
      points.frames.forEach((frame) => points.drop(frame));
      drop();
    },
  };
}

export type NewObjects = ReturnType<typeof useNewObjects>;

const placedIn = (points: readonly { x: number | null }[]): number => points.filter(({ x }) => x !== null).length;
