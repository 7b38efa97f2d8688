import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Database } from '@propago/database';
import type { Caller } from '../access/caller';
import { IdempotencyService } from '../http/idempotency.service';
import { ModelRegistry } from './model-registry.service';
import { ModelUploadService, type ModelUpload } from './model-upload.service';

interface Registered {
  version: number;
}

/** Takes an upload in and has it registered. */
@Injectable()
export class RegisterService {
  constructor(
    private readonly database: Database,
    private readonly idempotency: IdempotencyService,
    private readonly uploads: ModelUploadService,
    private readonly registry: ModelRegistry,
  ) {}

  /**
   * @param key the Idempotency-Key
   * @throws CodedError of the upload, the key, or the models service
   */
  register(name: string, request: FastifyRequest, caller: Caller, key?: string) {
    return this.idempotency.once<Registered & { replayed: boolean }, Registered>(caller.tenant, key, (claim) =>
      this.uploads.withUpload(request, async (upload) => {
        const before = claim.recall(fingerprintOf(name, upload));
        if (before) return { ...before, replayed: true };
        const { key: file, ...facts } = upload;
        const { version } = await this.registry.change({ what: 'register', name, upload: file, ...facts }, caller);
        // Where this is not reached the request may be repeated: the same file is the same version.
        await this.database.$transaction((transaction) => claim.remember(transaction, { version: version! }));
        return { version: version!, replayed: false };
      }),
    );
  }
}

function fingerprintOf(name: string, { sha256, facts, provenance }: ModelUpload): string {
  return createHash('sha256')
    .update(JSON.stringify([name, sha256, facts, provenance]))
    .digest('hex');
}
