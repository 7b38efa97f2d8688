import { Problem, problemOf } from '../api/problem';

/** The picture of exactly that frame, from the decoded video; not wider than asked for. @throws Problem */
export async function frameImage(
  videoId: string,
  frame: number,
  width: number,
  signal?: AbortSignal,
): Promise<ImageBitmap> {
  let answer: Response;
  try {
    answer = await fetch(`/v1/videos/${videoId}/frames/${frame}/image.jpg?width=${width}`, { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw Problem.unreachable(error);
  }
  if (!answer.ok) throw problemOf(await answer.json().catch(() => undefined), answer.status);
  return createImageBitmap(await answer.blob());
}
