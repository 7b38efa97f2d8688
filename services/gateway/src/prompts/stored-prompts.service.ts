import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { blobFolders, blobKeys } from '@propago/contracts';
import type { Prompt } from '@propago/database';
import { completePalette, encodeIndexedPng, readStoredMask } from '@propago/labels';
import { STORAGE, type BlobStore } from '@propago/runtime';
import type { DrawnPrompt } from './draw-prompt';

/** The colours of a run's masks, red, green, blue by id. */
type Palette = Uint8Array | null;

/** A prompt in storage, as its row has it. */
export type StoredPrompt = Pick<Prompt, 'frame' | 'objects' | 'present' | 'digest' | 'maskKey'>;

/** The masks of prompts in storage. */
@Injectable()
export class StoredPrompts {
  constructor(@Inject(STORAGE) private readonly storage: BlobStore) {}

  /** Puts the mask of a prompt into storage. Its key follows from what it says, so that a repeated call does no harm. */
  async store(runId: string, said: Omit<DrawnPrompt, 'palette'>, palette: Palette): Promise<StoredPrompt> {
    const { frame, objects, width, height, labels: indices } = said;
    const digest = createHash('sha256').update(indices).update(objects.join()).digest('hex');
    const maskKey = blobKeys.prompt(runId, frame, digest);
    const png = encodeIndexedPng({ width, height, indices, palette: completePalette(palette) });
    await this.storage.put(maskKey, png);
    const pixels = new Set(indices);
    return { frame, objects, present: objects.filter((id) => pixels.has(id)), digest, maskKey };
  }

  /** The same prompt as one that says nothing of an object; null where it then says nothing at all. */
  async without(runId: string, prompt: StoredPrompt, object: number, palette: Palette): Promise<StoredPrompt | null> {
    const objects = prompt.objects.filter((id) => id !== object);
    if (objects.length === 0) return null;
    const { width, height, labels } = readStoredMask(await this.storage.get(prompt.maskKey));
    const others = labels.map((id) => (id === object ? 0 : id));
    return this.store(runId, { frame: prompt.frame, objects, width, height, labels: others }, palette);
  }

  /** Of a run that is not there after all. */
  async deleteOf(runId: string): Promise<void> {
    await this.storage.deletePrefix(blobFolders.prompts(runId));
  }
}
