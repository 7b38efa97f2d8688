import { api, ask } from '../api/client';
import { useQuery } from '../api/use-query';
import { duration, whole } from '../ui/format';

const LOOKED_AT = 100;
const HOUR_MS = 3_600_000;

/** What the runs of this tenant have got done lately. */
export function Throughput() {
  const { data } = useQuery(
    'throughput',
    () => ask(api.GET('/v1/runs', { params: { query: { state: ['succeeded'], limit: LOOKED_AT } } })),
    10_000,
  );
  const done = (data?.items ?? []).filter(({ timings }) => Date.parse(timings.finishedAt ?? '') > Date.now() - HOUR_MS);
  if (!data) return null;
  const frames = done.reduce((sum, { video }) => sum + (video.frames ?? 0), 0);
  const first = done.flatMap(({ timings }) => timings.firstMaskSeconds ?? []).sort((a, b) => a - b);
  return (
    <section className="card panel-part" aria-label="Throughput">
      <h2>Throughput</h2>
      <p>
        {done.length === 0
          ? 'No run of yours has ended in the last hour.'
          : `${done.length === LOOKED_AT ? 'More than ' : ''}${whole(done.length)} ${done.length === 1 ? 'run' : 'runs'} of yours with ${whole(frames)} frames in the last hour; half of them had their first mask within ${duration(first[first.length >> 1] ?? 0)}.`}
      </p>
    </section>
  );
}
