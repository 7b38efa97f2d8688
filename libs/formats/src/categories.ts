import type { ExportedObject } from './format';

/** A class of objects: those of one name. */
export interface Category {
  /** From 1. */
  id: number;
  name: string;
}

/**
 * Formats know classes and instances, a run knows objects with or without names: a name is a class, and an object without
 * one is a class of its own.
 */
export class Categories {
  readonly all: Category[] = [];
  private readonly byObject = new Map<number, Category>();

  constructor(objects: readonly ExportedObject[]) {
    for (const { id, name: given } of objects) {
      const name = given ?? `object ${id}`;
      let category = this.all.find((each) => each.name === name);
      if (!category) this.all.push((category = { id: this.all.length + 1, name }));
      this.byObject.set(id, category);
    }
  }

  of(objectId: number): Category {
    return this.byObject.get(objectId)!;
  }
}
