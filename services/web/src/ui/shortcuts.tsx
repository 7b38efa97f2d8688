import { useEffect, useRef } from 'react';

export interface Shortcut {
  /** As people read it: `Ctrl Z`, `⇧1`, `F`. */
  keys: string;
  /** What it does, for the list of all. */
  name: string;
  run: () => void;
}

/** A pressed key as in `Shortcut.keys`. */
function keysOf({ key, code, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): string {
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  const name =
    key === ' ' ? 'Space' : key === 'ArrowLeft' ? '←' : key === 'ArrowRight' ? '→' : (digit ?? key.toUpperCase());
  const isShifted = shiftKey && (digit !== undefined || key.length > 1 || ctrlKey || metaKey);
  return `${ctrlKey || metaKey ? 'Ctrl ' : ''}${altKey ? 'Alt ' : ''}${isShifted ? '⇧' : ''}${name}`;
}

/** Keys that mean something to what has the focus are left to it. */
function isBusy(target: EventTarget | null, keys: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]')) {
    return !target.matches('input[type=range]') || /[←→]/.test(keys);
  }
  if (/[←→]/.test(keys)) return target.closest('[role=toolbar], [role=radiogroup], [role=tablist], canvas') !== null;
  return keys === 'Space' && target.closest('button, a, [role=button], canvas') !== null;
}

/** Listens to keys as long as the screen is there. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const keys = keysOf(event);
      if (event.defaultPrevented || isBusy(event.target, keys)) return;
      const found = latest.current.find((shortcut) => shortcut.keys.split(' or ').includes(keys));
      if (!found) return;
      event.preventDefault();
      found.run();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** All shortcuts of a screen, to look up. */
export function ShortcutList({ shortcuts }: { shortcuts: readonly Shortcut[] }) {
  return (
    <dl className="shortcuts">
      {shortcuts.map(({ keys, name }) => (
        <div key={keys}>
          <dt>{name}</dt>
          <dd>
            {keys.split(' or ').map((one) => (
              <kbd key={one}>{one}</kbd>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
