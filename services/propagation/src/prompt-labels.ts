import { Inject, Injectable } from '@nestjs/common';
import { labelsToGrid, readStoredMask } from '@propago/labels';
import { STORAGE, type BlobStore } from '@propago/runtime';
import { parametersOf, type RunPass } from './run-pass';

/** What the prompt of a pass says, as soft labels on the patch grid. */
@Injectable()
export class PromptLabels {
  constructor(@Inject(STORAGE) private readonly storage: BlobStore) {}

  /** @returns patches x (1 + objects of the pass) */
  async of({ run, pass }: RunPass, grid: { rows: number; cols: number }): Promise<Float32Array> {
    const { maskKey } = run.prompts.find((prompt) => prompt.frame === pass.from)!;
    const mask = readStoredMask(await this.storage.get(maskKey));
    return labelsToGrid(mask, [...pass.objects], { rows: grid.rows, cols: grid.cols }, parametersOf(run).labelResize);
  }
}
