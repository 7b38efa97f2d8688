import type { DataStore, Upload } from '@tus/server' with { 'resolution-mode': 'import' };
import type { Metadata, UploadsService } from './uploads.service';

/** The library is an ECMAScript module, which the compiled services load when they start. */
export type Tus = typeof import('@tus/server', { with: { 'resolution-mode': 'import' } });

/** Uploads as the tus library sees them. They are created where it is known who sends them. */
export function partStore(tus: Tus, uploads: UploadsService, expiryMs: number): DataStore {
  class PartStore extends tus.DataStore {
    override extensions = ['creation', 'creation-with-upload', 'expiration', 'termination'];

    override async create(upload: Upload): Promise<Upload> {
      return this.getUpload(upload.id);
    }

    override async getUpload(id: string): Promise<Upload> {
      const { bytes, received, metadata, expiresAt } = await uploads.get(id);
      return new tus.Upload({
        id,
        size: Number(bytes),
        offset: Number(received),
        metadata: metadata as Metadata,
        // The library counts from the creation on, and an upload expires so long after its last piece.
        creation_date: new Date(expiresAt.getTime() - expiryMs).toISOString(),
      });
    }

    override write(source: AsyncIterable<Buffer>, id: string, offset: number): Promise<number> {
      return uploads.append(id, offset, source);
    }

    override remove(id: string): Promise<void> {
      return uploads.remove(id);
    }

    override getExpiration(): number {
      return expiryMs;
    }
  }
  return new PartStore();
}
