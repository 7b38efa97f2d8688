import { CodedError } from '@propago/contracts';
import { Categories } from './categories';
import type { ExportedObject } from './format';

/** Class of regions that are left out of evaluation. */
const IGNORED = 10;
/** class x 1000 + instance must fit 16 bits. */
const MOST_CLASSES = 65;

/** The numbers that MOTS gives to objects: class x 1000 + instance. */
export class MotsIds {
  private readonly categories: Categories;

  constructor(
    objects: readonly ExportedObject[],
    private readonly classId?: number,
  ) {
    this.categories = new Categories(objects);
    const most = this.categories.all.length;
    if (classId === undefined && this.classOf(most) > MOST_CLASSES) {
      throw new CodedError(
        'EXPORT_IMPOSSIBLE',
        `MOTS has at most ${MOST_CLASSES - 1} classes, and the objects have ${most} names; give all of them one class by classId, or choose some by objects.`,
      );
    }
  }

  /** The class of an object, and its number as MOTS writes it. */
  of(objectId: number): { classId: number; id: number } {
    const classId = this.classId ?? this.classOf(this.categories.of(objectId).id);
    return { classId, id: classId * 1000 + objectId };
  }

  /** Names by class from 1 on; a class without objects has none. */
  names(): string[] {
    const names: string[] = [];
    for (const { id, name } of this.categories.all) names[this.classOf(id) - 1] = name;
    return Array.from(names, (name) => name ?? 'ignored');
  }

  private classOf(category: number): number {
    return category < IGNORED ? category : category + 1;
  }
}
