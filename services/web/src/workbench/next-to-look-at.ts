import type { Suggestion } from '../api/client';

/** The one after that of the frame, best first; from any other frame, and after the last one, the best. */
export function nextToLookAt(suggestions: readonly Suggestion[], frame: number): Suggestion | undefined {
  const at = suggestions.findIndex((one) => one.frame === frame);
  return suggestions[at + 1] ?? suggestions[0];
}
