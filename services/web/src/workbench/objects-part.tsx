import type { ReactNode } from 'react';
import type { RunObject } from '../api/client';
import type { Look } from '../paint/label-layer';
import type { ListedObject } from '../paint/listed-object';
import { ObjectsPanel } from '../paint/objects-panel';
import { PenPanel } from '../paint/pen-panel';
import type { usePen } from '../paint/use-pen';
import { PointsPanel } from '../points/points-panel';
import type { PointEditor } from '../points/use-point-editor';
import type { useCorrection } from './use-correction';

interface ObjectsPartProps {
  listed: readonly ListedObject[];
  objects: readonly RunObject[];
  look: Look;
  names: ReadonlyMap<number, string>;
  pen: ReturnType<typeof usePen>;
  editor: PointEditor;
  correction: ReturnType<typeof useCorrection>;
  mayCorrect: boolean;
  onChoose: (object: number) => void;
  /** Adds an object that has key points. */
  onShape: () => void;
  children: ReactNode;
}

/** The objects of a run, and what they are corrected with. */
export function ObjectsPart(props: ObjectsPartProps) {
  const { listed, objects, look, names, pen, editor, correction, mayCorrect, onChoose, onShape, children } = props;
  const chosen = pen.pen.object;
  return (
    <>
      <ObjectsPanel
        objects={listed}
        colours={look.colours}
        chosen={chosen}
        onChoose={onChoose}
        hidden={pen.hidden}
        onHide={pen.setHidden}
        locked={pen.locked}
        onLock={pen.setLocked}
        onAdd={mayCorrect ? () => correction.addObject() : undefined}
        onAddPoints={mayCorrect ? onShape : undefined}
        lookOf={(object) => objects.find(({ id }) => id === object)!}
        onChange={mayCorrect ? correction.changeObject : undefined}
        onDelete={mayCorrect ? correction.deleteObject : undefined}
      />
      {editor.isOn && mayCorrect && <PointsPanel editor={editor} name={names.get(chosen)!} />}
      <PenPanel pen={pen} />
      {children}
    </>
  );
}
