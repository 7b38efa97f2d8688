import { useMemo, useState } from 'react';
import { useStable } from '../ui/use-stable';
import type { Pen } from './stage';
import { nextSize, TOOLS, type Tool } from './tools';
import type { Shortcut } from '../ui/shortcuts';

/** What one paints with, and how that is seen: shared by all screens that have a stage. */
export function usePen(firstTool: Tool) {
  const [tool, setTool] = useState<Tool>(firstTool);
  const [object, setObject] = useState(1);
  const [size, setSize] = useState(24);
  const [tolerance, setTolerance] = useState(24);
  const [opacity, setOpacity] = useState(0.45);
  const [hasOutlines, setOutlines] = useState(true);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const [locked, setLocked] = useState<ReadonlySet<number>>(new Set());
  const hide = useStable((id: number, is: boolean) => setHidden((now) => withMember(now, id, is)));
  const lock = useStable((id: number, is: boolean) => setLocked((now) => withMember(now, id, is)));
  return useMemo(() => {
    const pen: Pen = { tool, object, size, tolerance };
    const shortcuts: Shortcut[] = [
      ...TOOLS.map(({ id, name, key }) => ({ keys: key, name, run: () => setTool(id) })),
      { keys: '[', name: 'Smaller brush', run: () => setSize((now) => nextSize(now, -1)) },
      { keys: ']', name: 'Larger brush', run: () => setSize((now) => nextSize(now, 1)) },
      { keys: 'O', name: 'Outlines', run: () => setOutlines((now) => !now) },
    ];
    return {
      pen,
      shortcuts,
      setTool,
      setObject,
      setSize,
      setTolerance,
      opacity,
      setOpacity,
      hasOutlines,
      setOutlines,
      hidden,
      setHidden: hide,
      locked,
      setLocked: lock,
    };
  }, [tool, object, size, tolerance, opacity, hasOutlines, hidden, locked, hide, lock]);
}

function withMember(set: ReadonlySet<number>, id: number, isMember: boolean): ReadonlySet<number> {
  const next = new Set(set);
  if (isMember) next.add(id);
  else next.delete(id);
  return next;
}
