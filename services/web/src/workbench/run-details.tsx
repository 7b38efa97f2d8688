import type { ReactNode } from 'react';
import type { Run } from '../api/client';
import { at, bytes, duration, whole } from '../ui/format';
import { Icons } from '../ui/icons';
import { VersionName } from '../ui/version-name';

const STAGES = { ingest: 'Decoding', features: 'Encoder', propagation: 'Propagation', results: 'Masks' } as const;

/** What the run was made from, with what, and how long it took. */
export function RunDetails({ run }: { run: Run }) {
  const { video, encoder, timings, progress, passes, warnings } = run;
  const facts: [name: string, value: string, shown?: ReactNode][] = [
    ['Video', video.fileName ?? video.sha256.slice(0, 12)],
    ['Frames', video.frames === null ? 'not counted yet' : whole(video.frames)],
    ['Size', `${video.width} × ${video.height}, ${bytes(video.bytes)}`],
    ['Codec', video.codec + (video.frameRate ? `, ${video.frameRate.toFixed(2)} frames/s` : '')],
    ['Encoder', `${encoder.name}:${encoder.version}`, <VersionName {...encoder} />],
    ['Chosen by', encoder.chosenBy],
    ['Preset', run.preset],
    ['Encoder sees', `${run.inputSize.width} × ${run.inputSize.height}`],
    ['Accepted', at(timings.acceptedAt)],
    ['First mask after', timings.firstMaskSeconds === null ? '–' : duration(timings.firstMaskSeconds)],
    ['Took', timings.seconds === null ? '–' : duration(timings.seconds)],
    ['Revision', String(run.revision)],
  ];
  return (
    <>
      {warnings.length > 0 && (
        <section className="panel-part" aria-label="Warnings">
          {warnings.map(({ code, detail }) => (
            <div key={code} className="warning-note">
              {Icons.warning}
              <span>{detail}</span>
            </div>
          ))}
        </section>
      )}
      <section className="panel-part" aria-label="Facts">
        <dl className="facts">
          {facts.map(([name, value, shown = value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd title={value}>{shown}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="panel-part" aria-label="Work">
        <h2>Work</h2>
        <dl className="facts">
          {Object.entries(STAGES).map(([stage, name]) => (
            <div key={stage}>
              <dt>{name}</dt>
              <dd>
                {whole(progress[stage as keyof typeof STAGES].done)} frames,{' '}
                {duration(timings.stages[stage as keyof typeof STAGES])}
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="panel-part" aria-label="Passes">
        <h2>Passes</h2>
        <dl className="facts is-wrapped">
          {passes.map(({ direction, fromFrame, toFrame, segments: { done, total } }) => (
            <div key={`${direction} ${fromFrame}`}>
              <dt>{direction === 'forward' ? 'Forward' : 'Backward'}</dt>
              <dd>
                {fromFrame} to {toFrame ?? 'the end'}, {reached(done, total)}
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}

function reached(done: number, total: number | null): string {
  if (done === total) return 'done';
  return total === null ? 'not begun' : `${done} of ${total} segments`;
}
