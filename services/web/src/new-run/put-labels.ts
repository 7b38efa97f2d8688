import type { LabelMap } from '../paint/label-map';
import type { NewObjects } from './use-new-objects';

/** Takes labels of a frame from a file of another program. @throws Problem that says why that cannot be done */
export async function putLabels(file: File, map: LabelMap, objects: NewObjects): Promise<void> {
  // Formats of others are loaded when somebody has one.
  const { readLabels } = await import('../import/read-labels');
  const { ids, names } = await readLabels(file, map);
  // Objects that are known by their name are these; others come after those that are there.
  const taken = Math.max(0, ...objects.present);
  const known = new Map(objects.ids.map((id) => [objects.lookOf(id).name, id]));
  const idOf = (id: number) => (names.size === 0 ? id : (known.get(names.get(id)!) ?? taken + id));
  map.replace(ids.map((id, i) => (id === 0 ? map.ids[i]! : idOf(id))));
  for (const [id, name] of names) objects.change(idOf(id), { ...objects.lookOf(idOf(id)), name });
}
