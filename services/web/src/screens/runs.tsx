import { useDeferredValue, useState } from 'react';
import { Input, Link, SearchField } from 'react-aria-components';
import { api, ask, type Run } from '../api/client';
import { useQuery } from '../api/use-query';
import { navigate } from '../router';
import { SampleButton } from '../sample/sample-button';
import { useMay } from '../session';
import { Button, IconButton } from '../ui/button';
import { ago, percent, whole } from '../ui/format';
import { Icons } from '../ui/icons';
import { Progress } from '../ui/progress';
import { isAtWork, RunState, RUN_STATES, shareDone, titleOf } from '../ui/run-state';
import { Select } from '../ui/select';
import { Empty, Loading, ProblemNote } from '../ui/states';
import { say, sayProblem } from '../ui/toasts';
import { VersionName } from '../ui/version-name';
import { RunThumbnail } from './run-thumbnail';

const PAGE = 100;
const LOOK_EVERY_MS = 2000;
const UNDO_MS = 6000;
const ALL = 'all';

interface RunPage {
  items: Run[];
  /** Where the next one begins. */
  next: string | null;
}

const STATE_CHOICES = [
  { id: ALL, name: 'All states' },
  ...Object.entries(RUN_STATES).map(([id, { name }]) => ({ id, name })),
];

/** All runs, newest first, as they go. */
export function RunsScreen() {
  const mayWrite = useMay('runs:write');
  const [state, setState] = useState(ALL);
  const [text, setText] = useState('');
  const [limit, setLimit] = useState(PAGE);
  const [going, setGoing] = useState<ReadonlySet<string>>(new Set());
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const states = state === ALL ? undefined : [state as Run['state']];
  const { data, problem, reload } = useQuery(`runs ${state} ${limit}`, () => newestRuns(limit, states), LOOK_EVERY_MS);

  const remove = (run: Run) => {
    setGoing((before) => new Set(before).add(run.id));
    const comeBack = () =>
      setGoing((before) => {
        const next = new Set(before);
        next.delete(run.id);
        return next;
      });
    // Nothing is deleted until the notice is gone: undoing cannot come too late.
    let isWanted = true;
    say(
      {
        title: `Deleted “${titleOf(run)}”`,
        action: {
          label: 'Undo',
          run: () => {
            isWanted = false;
            comeBack();
          },
        },
      },
      {
        timeout: UNDO_MS,
        onClose: () => {
          if (!isWanted) return;
          ask(api.DELETE('/v1/runs/{id}', { params: { path: { id: run.id } } }))
            .catch((error: unknown) => {
              comeBack();
              sayProblem(error);
            })
            .finally(reload);
        },
      },
    );
  };

  const runs = (data?.items ?? []).filter((run) => !going.has(run.id) && matches(run, wanted));
  const isEmpty = data !== undefined && data.items.length === 0 && state === ALL;
  return (
    <div className="page">
      <div className="page-head">
        <h1>Runs</h1>
        {!isEmpty && (
          <>
            <SearchField className="search" aria-label="Search runs" value={text} onChange={setText}>
              {Icons.search}
              <Input className="input" placeholder="Name, tag, video, version" />
            </SearchField>
            <div className="filter">
              <Select label="State" isLabelHidden choices={STATE_CHOICES} value={state} onChange={setState} />
            </div>
          </>
        )}
        {mayWrite && !isEmpty && (
          <Button kind="primary" onPress={() => navigate('/new')}>
            {Icons.plus} New run
          </Button>
        )}
      </div>
      {problem && <ProblemNote problem={problem} onRetry={reload} />}
      {!data && !problem && <Loading what="Loading runs" />}
      {isEmpty && <FirstRun mayWrite={mayWrite} />}
      {data && !isEmpty && runs.length === 0 && (
        <Empty title={data.next ? `None of the newest ${data.items.length} runs fits` : 'No run fits this search'} />
      )}
      {runs.length > 0 && (
        <ul className="runs" aria-label="Runs">
          {runs.map((run) => (
            <RunRow key={run.id} run={run} onDelete={mayWrite ? () => remove(run) : undefined} />
          ))}
        </ul>
      )}
      {data?.next && (
        <div className="more">
          <Button onPress={() => setLimit((before) => before + PAGE)}>Show more</Button>
        </div>
      )}
    </div>
  );
}

/** @returns so many, by as many questions as that takes, and what is after them */
async function newestRuns(count: number, state: Run['state'][] | undefined): Promise<RunPage> {
  const items: Run[] = [];
  for (let cursor: string | undefined; ;) {
    const query = { limit: Math.min(PAGE, count - items.length), state, cursor };
    const page: RunPage = await ask(api.GET('/v1/runs', { params: { query } }));
    items.push(...page.items);
    if (page.next === null || items.length >= count) return { items, next: page.next };
    cursor = page.next;
  }
}

function matches(run: Run, text: string): boolean {
  if (text === '') return true;
  const { name, tags, video, encoder, id } = run;
  const words = [name ?? '', ...tags, video.fileName ?? '', `${encoder.name}:${encoder.version}`, id];
  return words.some((word) => word.toLowerCase().includes(text));
}

function RunRow({ run, onDelete }: { run: Run; onDelete?: () => void }) {
  const { id, state, video, progress, encoder, tags, warnings, error, timings, preset } = run;
  const share = shareDone(progress);
  const title = titleOf(run);
  return (
    <li className="run">
      <RunThumbnail run={run} />
      <div className="run-what">
        <Link href={`/runs/${id}`} className="run-title">
          {title}
        </Link>
        <div className="run-facts">
          <span>
            {video.width} × {video.height}
          </span>
          <span>{video.frames === null ? 'counting frames' : `${whole(video.frames)} frames`}</span>
          <span>{objectsOf(run)}</span>
          {tags.map((tag) => (
            <span key={tag} className="tag" title={tag}>
              {tag}
            </span>
          ))}
          {warnings.length > 0 && (
            <span className="tag warn" title={warnings.map(({ detail }) => detail).join('\n')}>
              {warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`}
            </span>
          )}
        </div>
      </div>
      <div className="run-state">
        <RunState state={state} />
        {isAtWork(state) ? (
          <div className="run-progress">
            <Progress label={`Masks of ${title}`} share={share} />
            <span>{share === undefined ? `${progress.results.done}` : percent(share)}</span>
          </div>
        ) : (
          error && (
            <span className="run-error" title={`${error.title} ${error.detail ?? ''}`}>
              {error.title}
            </span>
          )
        )}
      </div>
      <div className="run-version" title={`${encoder.name}:${encoder.version}, ${encoder.chosenBy}, preset ${preset}`}>
        <VersionName {...encoder} />
      </div>
      <time className="run-age" dateTime={timings.acceptedAt} title={timings.acceptedAt}>
        {ago(timings.acceptedAt)}
      </time>
      <div className="run-tools">
        {onDelete && <IconButton icon={Icons.trash} label={`Delete ${title}`} onPress={onDelete} />}
      </div>
    </li>
  );
}

function FirstRun({ mayWrite }: { mayWrite: boolean }) {
  return (
    <Empty title="No runs yet">
      <p>
        Paint what matters on one frame of a video. Propago labels every other frame, and follows when you correct one.
      </p>
      {!mayWrite && <p>The key that you signed in with may look at runs, and not start any.</p>}
      {mayWrite && (
        <div className="row">
          <Button kind="primary" onPress={() => navigate('/new')}>
            {Icons.plus} New run
          </Button>
          <SampleButton />
        </div>
      )}
      <p className="hint">
        From a terminal: <br />
        <code>npx propago run clip.mp4 first-frame.png -o out</code>
      </p>
    </Empty>
  );
}

function objectsOf({ classIds }: Run): string {
  if (classIds.length === 0) return 'key points';
  return classIds.length === 1 ? '1 object' : `${classIds.length} objects`;
}
