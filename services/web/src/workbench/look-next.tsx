import { memo } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { Suggestion } from '../api/client';

interface LookNextProps {
  suggestions: readonly Suggestion[];
  /** The one of them that is looked at. */
  frame: number | undefined;
  onFrame: (frame: number) => void;
}

/** The frames whose correction would help most, with what seems to be wrong there. */
export const LookNext = memo(function LookNext({ suggestions, frame, onFrame }: LookNextProps) {
  if (suggestions.length === 0) return null;
  return (
    <section className="panel-part" aria-label="Where to look next">
      <h2>Where to look next</h2>
      <ul className="objects suggestions">
        {suggestions.map((one) => (
          <li key={one.frame} className={`object ${one.frame === frame ? 'is-chosen' : ''}`}>
            <AriaButton className="suggestion" onPress={() => onFrame(one.frame)}>
              <span className="suggestion-head">
                Frame {one.frame}
                <span className="object-note">+{(100 * one.expectedGain).toFixed(1)} J</span>
              </span>
              <span className="hint">{one.reason}</span>
            </AriaButton>
          </li>
        ))}
      </ul>
    </section>
  );
});
