import { Button as AriaButton } from 'react-aria-components';
import type { Run } from '../api/client';
import { Button } from '../ui/button';
import { Progress } from '../ui/progress';
import { ProblemNote } from '../ui/states';
import { useDifferences } from './use-differences';

interface DifferencesProps {
  run: Run;
  /** Id of the run that it is compared with. */
  other: string;
  objects: readonly number[];
  frames: number;
  frame: number;
  onFrame: (frame: number) => void;
}

/** The frames on which two runs differ most. */
export function Differences({ run, other, objects, frames, frame, onFrame }: DifferencesProps) {
  const { width, height } = run.video;
  const { look, done, found, problem } = useDifferences(run.id, other, { frames, width, height }, objects);
  return (
    <section className="panel-part" aria-label="Largest differences">
      <h2>Largest differences</h2>
      {problem && <ProblemNote problem={problem} onRetry={look} />}
      {done === undefined ? (
        !found && (
          <div>
            <Button onPress={look}>Look through all frames</Button>
          </div>
        )
      ) : (
        <Progress label="Frames compared" share={done} />
      )}
      {found?.length === 0 && done === undefined && <p className="hint">The masks are the same on every frame.</p>}
      {found && found.length > 0 && (
        <ul className="objects suggestions">
          {found.map((one) => (
            <li key={one.frame} className={`object ${one.frame === frame ? 'is-chosen' : ''}`}>
              <AriaButton className="suggestion" onPress={() => onFrame(one.frame)}>
                <span className="suggestion-head">
                  Frame {one.frame}
                  <span className="object-note">J {one.jaccard.toFixed(3)}</span>
                </span>
              </AriaButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
