import { readStoredMask, type LabelMap } from './read-mask';

/** What is needed of a row of a prompt: its frame, and the blob key of its mask. */
interface MaskedPrompt {
  frame: number;
  maskKey: string;
}

/** The mask that a run's prompt on a frame says, from storage. */
export async function promptMask(
  prompts: readonly MaskedPrompt[],
  frame: number,
  storage: { get(key: string): Promise<Uint8Array> },
): Promise<LabelMap> {
  const { maskKey } = prompts.find((prompt) => prompt.frame === frame)!;
  return readStoredMask(await storage.get(maskKey));
}
