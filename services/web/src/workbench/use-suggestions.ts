import { api, ask, type Suggestion, type Timeline } from '../api/client';
import { useQuery } from '../api/use-query';

const COUNT = 6;
const WHILE_AT_WORK_MS = 4000;

/** Where a person should look next, as the server sees it; asked again whenever masks have changed. */
export function useSuggestions(id: string, timeline: Timeline | undefined, isBusy: boolean): readonly Suggestion[] {
  const { data } = useQuery(
    `${id} ${timeline?.revision ?? ''} ${isBusy}`,
    async () =>
      (await ask(api.GET('/v1/runs/{id}/suggestions', { params: { path: { id }, query: { count: COUNT } } }))).items,
    isBusy ? WHILE_AT_WORK_MS : undefined,
  );
  return data ?? NONE;
}
const NONE: readonly Suggestion[] = [];
