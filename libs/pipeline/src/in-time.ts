import { CodedError } from '@propago/contracts';

const WAIT_MS = 2000;

/** Waits for a server, but not for one that is away; Bull would, for ever. @throws CodedError SERVICE_UNAVAILABLE instead */
export async function inTime<T>(asking: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new CodedError('SERVICE_UNAVAILABLE', 'A server does not answer.');
    timer = setTimeout(() => reject(error), WAIT_MS);
  });
  try {
    return await Promise.race([asking, late]);
  } finally {
    clearTimeout(timer);
  }
}
