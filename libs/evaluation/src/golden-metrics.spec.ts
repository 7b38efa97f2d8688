import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readLabels } from '@propago/labels';
import { LabelFrame } from './label-frame';
import { ObjectScore, SequenceScore } from './sequence-score';

const data = resolve(__dirname, '../../../../shared/data');
const present = existsSync(data);
const LIMITS = { maxSide: 4096, maxPixels: 4096 * 4096, maxClasses: 255 };
const DIGITS = 9;

interface OfficialUnion {
  J: { mean: number; recall: number; decay: number };
  F: { mean: number; recall: number; decay: number };
  J_per_frame: number[];
  F_per_frame: number[];
}

/** J and F as [mean, recall, decay]. */
interface OfficialObject {
  J: [number, number, number];
  F: [number, number, number];
  J_per_frame: number[];
  F_per_frame: number[];
}

const golden = <T>(name: string): Record<string, T> =>
  present ? (JSON.parse(readFileSync(join(data, name), 'utf8')) as Record<string, T>) : {};

const filesOf = (folder: string): string[] =>
  readdirSync(join(data, folder))
    .sort()
    .map((name) => join(data, folder, name));
const read = (file: string): LabelFrame => readLabels(readFileSync(file), LIMITS);
const union = (frame: LabelFrame): LabelFrame => ({ ...frame, labels: frame.labels.map((id) => (id > 0 ? 1 : 0)) });

/** Equal to 1e-9, as one comparison per list. */
function expectClose(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length);
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i])));
  expect(worst).toBeLessThan(10 ** -DIGITS);
}

function expectObject(score: ObjectScore, official: OfficialObject): void {
  expectClose(score.J.perFrame, official.J_per_frame);
  expectClose(score.F.perFrame, official.F_per_frame);
  expectClose([score.J.mean, score.J.recall, score.J.decay], official.J);
  expectClose([score.F.mean, score.F.recall, score.F.decay], official.F);
}

function score(truth: string[], prediction: (i: number) => LabelFrame): ObjectScore[] {
  const sequence = new SequenceScore();
  truth.forEach((file, i) => sequence.add(read(file), prediction(i)));
  return sequence.result();
}

(present ? describe : describe.skip)(`official scores${present ? '' : ' (skipped: ../shared is absent)'}`, () => {
  const unions = golden<OfficialUnion>('golden-metrics-osvos-vs-davis2016.json');
  it.each(Object.keys(unions))(
    'are reproduced for OSVOS on DAVIS-2016 %s',
    (name) => {
      const predictions = filesOf(`davis2017-osvos-results/${name}`);
      const scores = score(filesOf(`davis2016-dev/Annotations/480p/${name}`), (i) => union(read(predictions[i])));
      const { J, F, J_per_frame, F_per_frame } = unions[name];
      expect(scores).toHaveLength(1);
      expectObject(scores[0], {
        J: [J.mean, J.recall, J.decay],
        F: [F.mean, F.recall, F.decay],
        J_per_frame,
        F_per_frame,
      });
    },
    60_000,
  );

  const multi = golden<Record<string, OfficialObject>>('golden-metrics-multi-object.json');
  it.each(Object.keys(multi))(
    'are reproduced for several objects in %s',
    (name) => {
      const sequence = /^osvos_([^_]+)__/.exec(name)?.[1];
      const truth = filesOf(sequence ? `davis2017-osvos-results/${sequence}` : 'dogs-jump/Annotations');
      const shown = (i: number): string => truth[name.endsWith('first_mask_copied') ? 0 : Math.max(0, i - 1)];
      const scores = score(truth, (i) => read(shown(i)));
      expect(scores.map(({ id }) => String(id))).toEqual(Object.keys(multi[name]));
      for (const one of scores) expectObject(one, multi[name][one.id]);
    },
    60_000,
  );
});
