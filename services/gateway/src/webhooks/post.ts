import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { AllowedAddresses } from './allowed-addresses';

/** So much of an answer is kept; no more than a piece that the connection brings at once is read beyond. */
const ANSWER_BYTES = 256;
const MAX_HEADER_BYTES = 16_384;

export interface Posted {
  status: number;
  /** The beginning of the answer. */
  answer: string;
}

/**
 * POSTs to an address that a user has named. Redirects are answers like others; nothing is read beyond the beginning of
 * an answer; the time limit is for the whole, from the look-up of the name on.
 * @throws CodedError WEBHOOK_URL_FORBIDDEN; Error when there is no answer in time
 */
export async function post(
  url: URL,
  { body, headers }: { body: string; headers: Record<string, string> },
  { addresses, timeoutMs }: { addresses: AllowedAddresses; timeoutMs: number },
): Promise<Posted> {
  addresses.assertUrl(url);
  const signal = AbortSignal.timeout(timeoutMs);
  const isTls = url.protocol === 'https:';
  const request = (isTls ? https : http).request(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    // A connection that is kept open would go to an address that was checked for another request.
    agent: false,
    lookup: addresses.lookup(isTls),
    maxHeaderSize: MAX_HEADER_BYTES,
    signal,
  });
  // It may fail again when its answer is there.
  request.on('error', () => {});
  try {
    request.end(body);
    const [response] = (await once(request, 'response', { signal })) as [IncomingMessage];
    return { status: response.statusCode!, answer: await beginningOf(response) };
  } catch (error) {
    if (signal.aborted) throw new Error(`No answer within ${timeoutMs / 1000} s.`, { cause: error });
    throw error;
  } finally {
    request.destroy();
  }
}

/** The status has said what counts: an answer that breaks off is one all the same. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= ANSWER_BYTES) break;
    }
  } catch {
    // What has come is what there is.
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
}
