import { useEffect, useMemo, useState } from 'react';
import { Link } from 'react-aria-components';
import { api, ask, type Run, type RunObject, type ShadowComparison } from '../api/client';
import { Problem } from '../api/problem';
import { useQuery } from '../api/use-query';
import { useDifferences } from '../compare/use-differences';
import type { Difference } from '../compare/differences';
import { frameImage } from '../labels/frame-image';
import { frameRange, type ShadowRun } from '../labels/frame-table';
import { coloursOf } from '../labels/palette';
import { labelsOfClasses } from '../labels/rle';
import { LabelledPicture } from '../paint/labelled-picture';
import { Progress } from '../ui/progress';
import { titleOf } from '../ui/run-state';
import { Loading, ProblemNote } from '../ui/states';

const SHOWN = 4;
const WIDTH = 640;

/** The frames on which a shadow differs most from what the user got, with the masks of both. */
export function ShadowPictures({ model, compared }: { model: string; compared: ShadowComparison }) {
  const { runId } = compared;
  const path = { params: { path: { id: runId } } };
  const { data, problem } = useQuery(`run ${runId} and its objects`, async () => {
    const [run, { items }] = await Promise.all([
      ask(api.GET('/v1/runs/{id}', path)),
      ask(api.GET('/v1/runs/{id}/objects', path)),
    ]);
    return { run, objects: items };
  });
  if (problem?.status === 404) {
    return <p className="hint">The run belongs to another tenant: its figures are shown, its pictures are not.</p>;
  }
  if (problem) return <ProblemNote problem={problem} />;
  if (!data) return <Loading what="Loading the run" />;
  return <Pictures key={compared.shadowRunId} {...{ model, compared }} {...data} />;
}

function Pictures({
  model,
  compared,
  run,
  objects,
}: {
  model: string;
  compared: ShadowComparison;
  run: Run;
  objects: readonly RunObject[];
}) {
  const { shadowRunId, version, baseVersion } = compared;
  const shadow = useMemo<ShadowRun>(() => ({ model, shadowRunId }), [model, shadowRunId]);
  const ids = objects.filter(({ kind }) => kind === 'mask').map(({ id }) => id);
  const { width, height, frames } = run.video;
  const { look, done, found, problem } = useDifferences(run.id, shadow, { frames: frames ?? 0, width, height }, ids);
  useEffect(look, []);
  const shown = done === undefined ? (found ?? []).slice(0, SHOWN) : [];
  return (
    <>
      <p>
        <Link href={`/runs/${run.id}`}>{titleOf(run)}</Link>{' '}
        <span className="muted">
          left: version {baseVersion}, as the user got it; right: version {version}
        </span>
      </p>
      {problem && <ProblemNote problem={problem} onRetry={look} />}
      {done !== undefined && <Progress label="Frames compared" share={done} />}
      {done === undefined && found?.length === 0 && <p className="hint">The masks are the same on every frame.</p>}
      {shown.map((one) => (
        <Pair key={one.frame} {...{ one, run, shadow, objects }} />
      ))}
    </>
  );
}

interface Loaded {
  picture: ImageBitmap;
  labels: [base: Uint8Array, shadow: Uint8Array];
}

function Pair({
  one: { frame, jaccard },
  run,
  shadow,
  objects,
}: {
  one: Difference;
  run: Run;
  shadow: ShadowRun;
  objects: readonly RunObject[];
}) {
  const [loaded, setLoaded] = useState<Loaded>();
  const [problem, setProblem] = useState<Problem>();
  const { width, height } = run.video;
  const colours = useMemo(() => coloursOf(objects), [objects]);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    Promise.all([
      frameImage(run.videoId, frame, Math.min(WIDTH, width), signal),
      ...[run.id, shadow].map((of) => frameRange(of, frame, 1, signal)),
    ] as const).then(
      ([picture, ...tables]) => {
        const [base, other] = tables.map((items) => labelsOfClasses(items[0]?.classes ?? [], width, height));
        if (!signal.aborted) setLoaded({ picture, labels: [base!, other!] });
      },
      (error: unknown) => signal.aborted || setProblem(Problem.unreachable(error)),
    );
    return () => controller.abort();
  }, [run, shadow, frame, width, height]);
  if (problem) return <ProblemNote problem={problem} />;
  if (!loaded) return <Loading what={`Loading frame ${frame}`} />;
  return (
    <figure className="pair">
      {loaded.labels.map((labels, i) => (
        <LabelledPicture
          key={i}
          {...{ picture: loaded.picture, labels, width, height, colours }}
          label={`Frame ${frame} by ${i === 0 ? 'the version that the user got' : 'the shadow'}`}
        />
      ))}
      <figcaption>
        Frame {frame} <span className="muted">J {jaccard.toFixed(3)}</span>
      </figcaption>
    </figure>
  );
}
