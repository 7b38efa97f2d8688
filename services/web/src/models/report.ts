import type { ClipOptions } from '@propago/sample-clip';
import type { ModelVersion } from '../api/client';

export interface Clip {
  name: string;
  objects: number;
  J: number;
  F: number;
  /** Absent in reports of before it was kept. */
  worst?: WorstFrame | null;
}

/** The frame of a clip that is least like the truth. */
export interface WorstFrame {
  frame: number;
  J: number;
  masks: { id: number; counts: string }[];
  clip: Omit<ClipOptions, 'frames'>;
}

/** What validation measured, as far as the page shows it; the API leaves the report's form to the registry. */
interface Report {
  quality?: { quality: number; J: number; F: number; sequences?: Clip[] };
  probe?: {
    secondsPerFrame: number;
    peakMemoryBytes: number;
    threads: number;
    frame: { width: number; height: number };
  };
  champion?: { version: number; quality: number; secondsPerFrame: number };
}

export const reportOf = ({ report }: ModelVersion): Report => (report ?? {}) as Report;

export const noteOf = ({ provenance }: ModelVersion): string =>
  typeof provenance.note === 'string' ? provenance.note : '';

/** J&F as people write it: 82.3. */
export const score = (share: number | undefined): string => (share === undefined ? '–' : (share * 100).toFixed(1));
