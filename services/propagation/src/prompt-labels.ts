import { Inject, Injectable } from '@nestjs/common';
import type { SaidKeypoints } from '@propago/contracts';
import type { Video } from '@propago/database';
import { keypointsToGrid, labelsToGrid, promptMask, type GridSize } from '@propago/labels';
import { STORAGE, type BlobStore } from '@propago/runtime';
import type { VideoProbe } from '@propago/video';
import { parametersOf, type RunPass } from './run-pass';

/** What the prompt of a pass says, as soft labels on the patch grid. */
@Injectable()
export class PromptLabels {
  constructor(@Inject(STORAGE) private readonly storage: BlobStore) {}

  /** @returns patches x (1 + objects of the pass), or patches x key points */
  async of(of: RunPass, { rows, cols }: GridSize): Promise<Float32Array> {
    const grid = { rows, cols };
    return of.pass.kind === 'keypoints' ? fromPoints(of, grid) : this.fromMask(of, grid);
  }

  private async fromMask({ run, pass }: RunPass, grid: GridSize): Promise<Float32Array> {
    const mask = await promptMask(run.prompts, pass.from, this.storage);
    return labelsToGrid(mask, [...pass.objects], grid, parametersOf(run).labelResize);
  }
}

/** Only what is seen can be found again: hidden and absent points have an empty channel. */
function fromPoints({ run, pass }: RunPass, grid: GridSize): Float32Array {
  const said = run.keypointPrompts.find((prompt) => prompt.frame === pass.from)!.said as unknown as SaidKeypoints[];
  const { width, height } = sizeOf(run.featureSet.video);
  const places = pass.objects.flatMap((id) =>
    said
      .find((object) => object.id === id)!
      .points.map(({ x, y, visibility }) =>
        visibility === 'visible' ? { col: (x! * grid.cols) / width, row: (y! * grid.rows) / height } : null,
      ),
  );
  return keypointsToGrid(places, grid);
}

function sizeOf({ probe }: Video): VideoProbe {
  return probe as unknown as VideoProbe;
}
