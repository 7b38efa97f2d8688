import type { Stage, StageJobs } from '@propago/contracts';
import type { Plan } from '@propago/passes';

/** What was just stored; undefined: whatever a run may lack. */
export type Stored =
  | { stage: 'ingest' | 'features'; segment: number }
  | { stage: 'propagation'; pass: string; segment: number }
  | undefined;

/**
 * A plan as jobs of each stage, those first that lead to the first masks: all of them, or only those that something that
 * was just stored can have enabled.
 */
export function jobsOf(
  { ingest, features, propagation, masks, isComplete, beyond }: Plan,
  { id: runId, featureSetId, featureSet }: { id: string; featureSetId: string; featureSet: { frameSetId: string } },
  stored: Stored,
): { [S in Stage]: StageJobs[S][] } {
  const near = (segment: number) => !stored || segment === stored.segment;
  // The labels that a prompt's pass stores first let its other pass go on to the segment beside.
  const followsLabels = ({ pass, segment }: Plan['propagation'][number]) =>
    stored?.stage !== 'propagation' || pass.key === stored.pass || Math.abs(segment - stored.segment) === 1;
  return {
    // Decoding that has left its place for lack of room goes on when a stage behind has made some.
    ingest: ingest && stored?.stage !== 'ingest' ? [{ frameSetId: featureSet.frameSetId }] : [],
    features: features
      .filter((segment) => near(segment) && stored?.stage !== 'features')
      .map((segment) => ({ featureSetId, segment })),
    propagation: propagation.filter(followsLabels).map(({ pass, segment }) => ({ runId, pass: pass.key, segment })),
    results: [
      ...masks.filter(({ segment }) => near(segment)).map((wanted) => ({ kind: 'segment', runId, ...wanted }) as const),
      ...(isComplete || beyond !== null ? [{ kind: 'end', runId } as const] : []),
    ],
  };
}
