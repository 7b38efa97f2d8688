import { useEffect, useState } from 'react';
import type { TrainingEvent } from '../api/client';

export type Metric = TrainingEvent['metrics'][number];

/** What a training has measured, as it goes. @param id undefined: of none; @param onEnd called when it ends */
export function useMetrics(id: string | undefined, onEnd?: () => void): readonly Metric[] {
  const [metrics, setMetrics] = useState<readonly Metric[]>([]);
  useEffect(() => {
    setMetrics([]);
    if (id === undefined) return undefined;
    const events = new EventSource(`/v1/admin/training-runs/${id}/events`);
    const onEvent = ({ data }: MessageEvent<string>) => {
      const { metrics: more } = JSON.parse(data) as TrainingEvent;
      if (more.length > 0) setMetrics((before) => [...before, ...more]);
    };
    events.addEventListener('progress', onEvent);
    events.addEventListener('state', (event) => {
      onEvent(event as MessageEvent<string>);
      events.close();
      onEnd?.();
    });
    return () => events.close();
  }, [id]);
  return metrics;
}
