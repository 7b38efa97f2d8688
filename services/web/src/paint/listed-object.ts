/** An object in a list. */
export interface ListedObject {
  id: number;
  name: string | null;
  /** What is worth saying of it on this frame. */
  note?: string;
}
