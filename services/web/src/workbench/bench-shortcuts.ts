import type { PromptList, RunObject } from '../api/client';
import type { Shortcut } from '../ui/shortcuts';

interface Actions {
  frame: number;
  frames: number;
  goTo: (frame: number) => void;
  toggle: () => void;
  prompts: PromptList | undefined;
  objects: readonly RunObject[];
  onDoubt: () => void;
  onRight: () => void;
  onSend: () => void;
  onStep: (work: 'undo' | 'redo') => void;
  onFit: () => void;
  onNearer: () => void;
  onFurther: () => void;
  onObject: (id: number) => void;
  onHelp: () => void;
}

/** The keys of the workbench, as annotators know them from other programs. */
export function benchShortcuts(does: Actions): Shortcut[] {
  const { frame, frames, goTo, prompts, objects } = does;
  const said = (prompts?.items ?? []).map((one) => one.frame);
  const toSaid = (next: number | undefined) => next !== undefined && goTo(next);
  return [
    { keys: 'F or →', name: 'Next frame', run: () => goTo(frame + 1) },
    { keys: 'D or ←', name: 'Previous frame', run: () => goTo(frame - 1) },
    { keys: 'V or ⇧→', name: '10 frames on', run: () => goTo(frame + 10) },
    { keys: 'C or ⇧←', name: '10 frames back', run: () => goTo(frame - 10) },
    { keys: 'R', name: 'Next prompted frame', run: () => toSaid(said.find((one) => one > frame)) },
    { keys: '⇧R', name: 'Previous prompted frame', run: () => toSaid(said.findLast((one) => one < frame)) },
    { keys: '⇧HOME', name: 'First frame', run: () => goTo(0) },
    { keys: '⇧END', name: 'Last frame', run: () => goTo(frames - 1) },
    { keys: 'Space', name: 'Play or pause', run: does.toggle },
    { keys: 'N', name: 'Next doubtful frame', run: does.onDoubt },
    { keys: 'K', name: 'This frame is right', run: does.onRight },
    { keys: 'Ctrl S or P', name: 'Send the correction', run: does.onSend },
    { keys: 'Ctrl Z', name: 'Undo', run: () => does.onStep('undo') },
    { keys: 'Ctrl Y or Ctrl ⇧Z', name: 'Redo', run: () => does.onStep('redo') },
    { keys: '⇧1', name: 'Fit the picture', run: does.onFit },
    { keys: '+ or =', name: 'Fewer frames on the timeline', run: does.onNearer },
    { keys: '-', name: 'More frames on the timeline', run: does.onFurther },
    ...objects.slice(0, 9).map(({ id, name }) => ({
      keys: String(id),
      name: `Paint ${name ?? `object ${id}`}`,
      run: () => does.onObject(id),
    })),
    { keys: '?', name: 'All shortcuts', run: does.onHelp },
  ];
}
