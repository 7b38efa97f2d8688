import { useMemo } from 'react';
import { api, ask, type Suggestion, type Timeline } from '../api/client';
import { useQuery } from '../api/use-query';
import { withNames } from './with-names';

const COUNT = 6;
const WHILE_AT_WORK_MS = 4000;

/** Where a person should look next, as the server sees it; asked again whenever masks have changed. */
export function useSuggestions(
  id: string,
  timeline: Timeline | undefined,
  { isBusy, names }: { isBusy: boolean; names: ReadonlyMap<number, string> },
): readonly Suggestion[] {
  const { data } = useQuery(
    `${id} ${timeline?.revision ?? ''} ${isBusy}`,
    async () =>
      (await ask(api.GET('/v1/runs/{id}/suggestions', { params: { path: { id }, query: { count: COUNT } } }))).items,
    isBusy ? WHILE_AT_WORK_MS : undefined,
  );
  return useMemo(() => (data ?? []).map((one) => ({ ...one, reason: withNames(one.reason, names) })), [data, names]);
}
