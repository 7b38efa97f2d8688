/** The way a pass walks through the video. */
export type Direction = 'forward' | 'backward';

/** What an object is labelled with. Objects of one kind never change the labels of another: they have passes of their own. */
export type ObjectKind = 'mask' | 'keypoints';

/** What is tracked in a run. */
export interface TrackedObject {
  /** 1 to 254; of a mask the value of its pixels. */
  id: number;
  kind: ObjectKind;
  /** Whether the frames before its first prompt are labelled too; an object that appears late has none. */
  isTracedBack: boolean;
}

/** What a person says about some objects on one frame: where they are, or that they are not there. True by definition. */
export interface Prompt {
  frame: number;
  /** Ids of the objects that it speaks of, all of one kind, ascending; those that it says are absent included. */
  objects: readonly number[];
  /** sha256 of everything that it says: the same digest on the same frame is the same prompt. */
  digest: string;
}

/** The prompts of one run, at most one of each kind on a frame, and its objects. */
export interface PromptSet {
  /** By id, ascending. */
  objects: readonly TrackedObject[];
  /** By frame, ascending. */
  prompts: readonly Prompt[];
}
