import { Button } from '../ui/button';
import { Icons } from '../ui/icons';

interface FramePanelProps {
  frame: number;
  /** Absent: there is nothing to doubt yet. */
  onDoubt?: () => void;
  /** Absent: nothing may be said about the frame. */
  onRight?: () => void;
  isRightPossible: boolean;
  /** Absent: nothing was said about the frame, or it is all that was said. */
  onTakeBack?: () => void;
  onHelp: () => void;
}

/** What can be said about the frame without painting. */
export function FramePanel({ frame, onDoubt, onRight, isRightPossible, onTakeBack, onHelp }: FramePanelProps) {
  return (
    <section className="panel-part" aria-label="This frame">
      <div className="panel-head">
        <h2>Frame {frame}</h2>
        <Button kind="quiet" onPress={onHelp}>
          {Icons.keyboard} Shortcuts
        </Button>
      </div>
      <div className="frame-buttons">
        <Button onPress={onDoubt} isDisabled={!onDoubt}>
          {Icons.target} Next doubtful
        </Button>
        {onRight && (
          <Button onPress={onRight} isDisabled={!isRightPossible}>
            {Icons.check} Mark as right
          </Button>
        )}
        {onTakeBack && <Button onPress={onTakeBack}>{Icons.undo} Take back</Button>}
      </div>
    </section>
  );
}
