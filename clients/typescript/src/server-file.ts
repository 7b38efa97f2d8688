import { good } from './errors.js';

type As = 'arrayBuffer' | 'blob' | 'stream';
type Answer = Promise<{ data?: unknown; error?: unknown; response: Response }>;

/** A file on the server, which is read when it is asked for. */
export class ServerFile {
  /** @param get asks for the file */
  constructor(private readonly get: (as: As) => Answer) {}

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array((await good(this.get('arrayBuffer'))) as ArrayBuffer);
  }

  async blob(): Promise<Blob> {
    return (await good(this.get('blob'))) as Blob;
  }

  /** Of a file that is too large for the memory. */
  async stream(): Promise<ReadableStream<Uint8Array>> {
    return (await good(this.get('stream'))) as ReadableStream<Uint8Array>;
  }
}
