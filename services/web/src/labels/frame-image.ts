import { Problem, problemOf } from '../api/problem';

/** A picture that is still being decoded is asked for so many times. */
const TRIES = 6;

/** The picture of exactly that frame, from the decoded video; not wider than asked for. @throws Problem */
export async function frameImage(
  videoId: string,
  frame: number,
  width: number,
  signal?: AbortSignal,
): Promise<ImageBitmap> {
  for (let tried = 1; ; tried++) {
    const answer = await fetch(`/v1/videos/${videoId}/frames/${frame}/image.jpg?width=${width}`, { signal }).catch(
      (error: unknown) => {
        throw signal?.aborted ? error : Problem.unreachable(error);
      },
    );
    if (answer.ok) return createImageBitmap(await answer.blob());
    if (answer.status !== 503 || tried === TRIES)
      throw problemOf(await answer.json().catch(() => undefined), answer.status);
    const seconds = Number(answer.headers.get('retry-after') ?? 1);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    signal?.throwIfAborted();
  }
}
