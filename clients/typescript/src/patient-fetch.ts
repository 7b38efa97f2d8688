const ATTEMPTS = 8;
const LONGEST_WAIT_MS = 60_000;

/** Repeats what only reads while the server has no time (429, 503), for as long as it says, or is not to be reached. */
export async function patientFetch(request: Request): Promise<Response> {
  const attempts = request.method === 'GET' ? ATTEMPTS : 1;
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === attempts;
    let wait = Math.min(10_000, 125 * 2 ** attempt);
    try {
      const answer = await fetch(request);
      if (isLast || (answer.status !== 429 && answer.status !== 503)) return answer;
      await answer.body?.cancel();
      const seconds = Number(answer.headers.get('retry-after'));
      if (seconds > 0) wait = Math.min(LONGEST_WAIT_MS, 1000 * seconds);
    } catch (error) {
      if (isLast || request.signal.aborted) throw error;
    }
    await sleep(wait);
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
