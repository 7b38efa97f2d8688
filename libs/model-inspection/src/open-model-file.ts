import { CodedError } from '@propago/contracts';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { InspectionLimits } from './inspection-limits';

/**
 * Opens a model file without following a link, and checks what was opened, not what the path named before.
 * A hard link is refused because ONNX Runtime follows one to weights outside the folder that it is confined to.
 * @throws CodedError MODEL_SYMLINK, MODEL_NOT_REGULAR_FILE, MODEL_HARDLINK, MODEL_TOO_LARGE; MODEL_NOT_REGULAR_FILE also where
 * there is nothing to open
 */
export async function openModelFile(
  file: string,
  { maxBytes }: InspectionLimits,
): Promise<{ handle: FileHandle; size: number }> {
  // Without O_NONBLOCK, opening a FIFO would wait for a writer for ever.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP')
      throw new CodedError('MODEL_SYMLINK', 'The model is a symbolic link.', { cause: error });
    throw new CodedError('MODEL_NOT_REGULAR_FILE', `The model cannot be opened: ${error.code}.`, { cause: error });
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new CodedError('MODEL_NOT_REGULAR_FILE', 'The model is not a regular file.');
    if (stat.nlink !== 1)
      throw new CodedError('MODEL_HARDLINK', `The model file has ${stat.nlink} names (hard links).`);
    if (stat.size > maxBytes) {
      throw new CodedError('MODEL_TOO_LARGE', `The model has ${stat.size} bytes; ${maxBytes} are accepted.`);
    }
    return { handle, size: stat.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
