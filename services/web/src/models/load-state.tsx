import { api, ask, type ModelVersion } from '../api/client';
import { Problem } from '../api/problem';
import { useQuery } from '../api/use-query';

const LOOK_EVERY_MS = 5000;

/** Whether a worker has a version loaded, or how far the workers are. */
export function LoadState({ version: { name, version } }: { version: ModelVersion }) {
  const { data } = useQuery(
    `loaded ${name}:${version}`,
    () => {
      const path = { name, version };
      return ask(api.GET('/v2/models/{name}/versions/{version}/ready', { params: { path } })).then(
        () => ({ isLoaded: true, detail: 'A worker has it loaded: runs with it begin at once.' }),
        (error: unknown) => ({ isLoaded: false, detail: Problem.unreachable(error).detail }),
      );
    },
    LOOK_EVERY_MS,
  );
  if (!data) return null;
  return (
    <p className="load-state">
      <span className={`state ${data.isLoaded ? 'good' : ''}`}>{data.isLoaded ? 'Loaded' : 'Not loaded'}</span>
      <span className="hint">{data.detail}</span>
    </p>
  );
}
