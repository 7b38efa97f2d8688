import { useEffect } from 'react';
import { api, ask, type Export, type RunEvent } from '../api/client';
import type { Problem } from '../api/problem';
import { useQuery } from '../api/use-query';
import { sayProblem } from '../ui/toasts';
import type { ExportFormat } from './export-formats';
import type { ExportOptions } from './export-options';

export interface Exports {
  /** Newest first. */
  items: readonly Export[] | undefined;
  problem: Problem | undefined;
  make: (format: ExportFormat, options: ExportOptions) => Promise<void>;
  remove: (id: string) => void;
}

export const isPending = ({ state }: Pick<Export, 'state'>): boolean => state === 'queued' || state === 'running';

/**
 * The exports of a run, as they are made.
 *
 * @param news what the event stream of the run says of them
 * @param watch has the event stream opened, of a run that is over as well
 */
export function useExports(runId: string, news: RunEvent['exports'], watch: () => void): Exports {
  const params = { path: { id: runId } };
  const { data, problem, reload } = useQuery(runId, () => ask(api.GET('/v1/runs/{id}/exports', { params })));
  const states = news.map(({ id, state }) => `${id} ${state}`).join();
  useEffect(() => {
    if (states) reload();
  }, [states]);
  const progress = new Map(news.map((one) => [one.id, one.progress]));
  const items = data?.items.map((one) =>
    isPending(one) ? { ...one, progress: progress.get(one.id) ?? one.progress } : one,
  );
  const hasPending = items?.some(isPending) ?? false;
  useEffect(() => {
    if (hasPending) watch();
  }, [hasPending, watch]);

  return {
    items,
    problem,
    async make(format, options) {
      await ask(api.POST('/v1/runs/{id}/exports', { params, body: { format, options } })).then(reload, sayProblem);
    },
    remove(id) {
      const path = { id: runId, exportId: id };
      ask(api.DELETE('/v1/runs/{id}/exports/{exportId}', { params: { path } })).then(reload, (error: unknown) => {
        sayProblem(error);
        reload();
      });
    },
  };
}
