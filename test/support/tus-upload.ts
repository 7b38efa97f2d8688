import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';

const VERSION = { 'tus-resumable': '1.0.0' };
const PIECE = { 'content-type': 'application/offset+octet-stream' };

export interface TusAnswer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** A request of the tus protocol as a client sends it, with nothing in between. */
export async function tus(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body?: Buffer,
): Promise<TusAnswer> {
  const request = http.request(url, { method, headers: { ...VERSION, ...headers }, agent: false });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  // A refusal may come before all is sent; the rest of it then fails.
  request.on('error', () => {});
  request.end(body);
  const [response] = await answered;
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode!, headers: response.headers, body: text };
}

/** Begins an upload. @returns its address below /v1/uploads */
export async function begin(base: string, bytes: number, headers: Record<string, string> = {}, name = 'clip.mp4') {
  const metadata = `filename ${Buffer.from(name).toString('base64')}`;
  const own = { 'upload-length': String(bytes), 'upload-metadata': metadata, ...headers };
  const { status, headers: answer, body } = await tus('POST', `${base}/v1/uploads`, own);
  if (status !== 201) throw new Error(`${status} ${body}`);
  return answer.location!;
}

export const idOf = (location: string): string => location.split('/').at(-1)!;

/** Sends bytes from an offset on. */
export function send(
  url: string,
  offset: number,
  body: Buffer,
  headers: Record<string, string> = {},
): Promise<TusAnswer> {
  return tus('PATCH', url, { ...PIECE, 'upload-offset': String(offset), ...headers }, body);
}

/** Where an upload goes on. */
export async function offsetOf(url: string, headers: Record<string, string> = {}): Promise<number> {
  const { status, headers: answer, body } = await tus('HEAD', url, headers);
  if (status !== 200) throw new Error(`${status} ${body}`);
  return Number(answer['upload-offset']);
}

/** Announces all bytes and cuts the connection when some of them are sent. */
export async function sendAndCut(
  url: string,
  offset: number,
  { all, sent }: { all: Buffer; sent: number },
  headers: Record<string, string> = {},
): Promise<void> {
  const own = {
    ...VERSION,
    ...PIECE,
    'upload-offset': String(offset),
    'content-length': String(all.length),
    ...headers,
  };
  const request = http.request(url, { method: 'PATCH', headers: own, agent: false });
  request.on('error', () => {});
  await new Promise<void>((resolve) => {
    request.on('close', resolve);
    request.write(all.subarray(0, sent), () => request.destroy());
  });
}

/** A clip as large as is wanted: with a box at its end that players skip. */
export function padded(clip: Buffer, bytes: number, fill = 0): Buffer {
  const padding = Math.max(8, bytes - clip.length);
  const box = Buffer.alloc(padding, fill);
  box.writeUInt32BE(padding, 0);
  box.write('free', 4, 'latin1');
  return Buffer.concat([clip, box]);
}
