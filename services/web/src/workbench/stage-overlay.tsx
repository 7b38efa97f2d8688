import type { Problem } from '../api/problem';
import { Button } from '../ui/button';

interface NotesProps {
  hasMask: boolean;
  /** Whether what is missing may still come. */
  isBusy: boolean;
  isStale: boolean;
  isPrompted: boolean;
  /** Why the frame is worth a look. */
  doubt: string | undefined;
  imageProblem: Problem | undefined;
}

/** What is worth knowing of the frame that is shown. */
export function StageNotes({ hasMask, isBusy, isStale, isPrompted, doubt, imageProblem }: NotesProps) {
  return (
    <div className="stage-notes">
      {!hasMask && <span className="stage-note">{isBusy ? 'No mask yet' : 'No mask'}</span>}
      {isStale && <span className="stage-note">This mask will change</span>}
      {isPrompted && <span className="stage-note">Prompted</span>}
      {doubt && <span className="stage-note is-doubt">{doubt}</span>}
      {imageProblem && <span className="stage-note is-bad">{imageProblem.title}</span>}
    </div>
  );
}

interface CorrectionBarProps {
  frame: number;
  /** Names of the objects that were painted. */
  names: readonly string[];
  isSending: boolean;
  onDiscard: () => void;
  onSend: () => void;
}

/** There is paint that the server does not know. */
export function CorrectionBar({ frame, names, isSending, onDiscard, onSend }: CorrectionBarProps) {
  return (
    <div className="stage-action" role="group" aria-label="Correction">
      <span>{names.join(', ')}</span>
      <Button kind="quiet" onPress={onDiscard}>
        Discard
      </Button>
      <Button kind="primary" onPress={onSend} isDisabled={isSending}>
        Correct frame {frame}
      </Button>
    </div>
  );
}
