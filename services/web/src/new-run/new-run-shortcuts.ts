import type { usePen } from '../paint/use-pen';
import type { Shortcut } from '../ui/shortcuts';
import type { NewObjects } from './use-new-objects';

interface Actions {
  frame: number;
  goTo: (frame: number) => void;
  pen: Pick<ReturnType<typeof usePen>, 'shortcuts'>;
  onChoose: (object: number) => void;
  objects: NewObjects;
  onStep: (work: 'undo' | 'redo') => void;
  onFit: () => void;
  onAdd: () => void;
  onHelp: () => void;
}

/** The keys of the screen on which a run begins, as those of the workbench. */
export function newRunShortcuts({ frame, goTo, pen, objects, ...does }: Actions): Shortcut[] {
  return [
    { keys: 'F or →', name: 'Next frame', run: () => goTo(frame + 1) },
    { keys: 'D or ←', name: 'Previous frame', run: () => goTo(frame - 1) },
    { keys: 'V or ⇧→', name: '10 frames on', run: () => goTo(frame + 10) },
    { keys: 'C or ⇧←', name: '10 frames back', run: () => goTo(frame - 10) },
    ...pen.shortcuts,
    { keys: 'Ctrl Z', name: 'Undo', run: () => does.onStep('undo') },
    { keys: 'Ctrl Y or Ctrl ⇧Z', name: 'Redo', run: () => does.onStep('redo') },
    { keys: '⇧1', name: 'Fit the picture', run: does.onFit },
    { keys: 'A', name: 'Another object', run: does.onAdd },
    ...objects.ids.slice(0, 9).map((object) => ({
      keys: String(object),
      name: `Paint ${objects.lookOf(object).name ?? `object ${object}`}`,
      run: () => does.onChoose(object),
    })),
    { keys: '?', name: 'All shortcuts', run: does.onHelp },
  ];
}
