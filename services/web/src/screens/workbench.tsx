import { Empty, Loading, ProblemNote } from '../ui/states';
import { Bench } from '../workbench/bench';
import { useRun } from '../workbench/use-run';

/** A run by its id, once it is known. */
export default function Workbench({ id }: { id: string }) {
  const live = useRun(id);
  const { run, problem, reload } = live;
  if (run) return <Bench live={live} run={run} />;
  if (!problem) return <Loading what="Loading the run" />;
  return problem.code === 'RUN_NOT_FOUND' ? (
    <Empty title="There is no such run">
      <p>It was deleted, or belongs to somebody else.</p>
    </Empty>
  ) : (
    <ProblemNote problem={problem} onRetry={() => void reload()} />
  );
}
