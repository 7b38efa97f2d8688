import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { assertStorable, blobKeys, CodedError, modelProvenance, type ModelProvenance } from '@propago/contracts';
import { encoderCardFactsSchema } from '@propago/encoder';
import { CONFIG, STORAGE, StorageRoom, type BlobStore, type ConfigOf } from '@propago/runtime';
import { collect, lengthOf, partsOf, readToItsEnd, withoutFileName } from '../http/form-parts';
import { parseBody } from '../http/parse-body';

const MAX_FIELD_BYTES = 256 * 2 ** 10;
const FIELDS = ['sha256', 'source', 'facts', 'provenance'] as const;
const DIGEST = /^[0-9a-f]{64}$/;

/** A version as it was sent; the file lies in storage already, under a key of its own. */
export interface ModelUpload {
  key: string;
  sha256: string;
  bytes: number;
  facts: Record<string, unknown>;
  provenance: ModelProvenance;
}

/** Reads the multipart body of a registration; the file streams to storage in constant memory. */
@Injectable()
export class ModelUploadService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly storageRoom: StorageRoom,
  ) {}

  /**
   * @param use gets the upload; the stored file is gone when it returns, unless it was moved away
   * @throws CodedError STORAGE_FULL before a byte is read, REQUEST_INVALID, MODEL_MISSING, MODEL_SOURCE_NOT_FOUND,
   *   MODEL_NOT_ONNX, MODEL_DIGEST_MISMATCH, UPLOAD_TOO_LARGE, UPLOAD_ABORTED
   */
  async withUpload<T>(request: FastifyRequest, use: (upload: ModelUpload) => Promise<T>): Promise<T> {
    await this.storageRoom.assertRoomFor(lengthOf(request));
    const key = blobKeys.upload(randomUUID());
    try {
      return await use(await this.read(request, key));
    } catch (error) {
      readToItsEnd(request);
      throw error;
    } finally {
      await this.storage.delete(key);
    }
  }

  private async read(request: FastifyRequest, key: string): Promise<ModelUpload> {
    const fields = new Map<string, string>();
    let stored: { sha256: string; bytes: number } | undefined;
    for await (const part of partsOf(request)) {
      const name = part.fieldname;
      if (fields.has(name) || (name === 'model' && stored)) {
        throw new CodedError('REQUEST_INVALID', `The field ${name} was sent twice.`);
      }
      if (part.type === 'file' && name === 'model') stored = await this.store(part.file, key);
      else if (name === 'model') throw withoutFileName(name);
      else if (!FIELDS.some((field) => field === name)) {
        throw new CodedError(
          'REQUEST_INVALID',
          `Expected the file model and the fields ${FIELDS.join(', ')}, not ${name}.`,
        );
      } else {
        const text = part.type === 'field' ? part.value : (await collect(part.file, MAX_FIELD_BYTES)).toString();
        fields.set(name, text);
      }
    }
    const facts = parseBody(encoderCardFactsSchema, jsonOf('facts', fields));
    const provenance = parseBody(modelProvenance, jsonOf('provenance', fields));
    const source = fields.get('source');
    if ((source === undefined) === (stored === undefined)) {
      throw new CodedError(
        'MODEL_MISSING',
        'Expected either a file in the field model or a storage key in the field source.',
      );
    }
    const { sha256, bytes } = stored ?? (await this.copy(source!, key));
    if (bytes === 0) throw new CodedError('MODEL_NOT_ONNX', 'The file is empty.');
    assertDigest(fields.get('sha256'), sha256);
    return { key, sha256, bytes, facts, provenance };
  }

  private store(file: Readable, key: string): Promise<{ bytes: number; sha256: string }> {
    return this.storage.putStream(key, file, { maxBytes: this.config.MAX_MODEL_BYTES });
  }

  /** A file that lies in storage already, such as the artifact of a training. */
  private async copy(source: string, key: string): Promise<{ bytes: number; sha256: string }> {
    let file: Readable;
    try {
      file = await this.storage.getStream(source);
    } catch (error) {
      const isAbsent = error instanceof RangeError || (error instanceof CodedError && error.code === 'BLOB_MISSING');
      if (!isAbsent) throw error;
      throw new CodedError('MODEL_SOURCE_NOT_FOUND', `There is no stored file '${source}'.`);
    }
    return this.store(file, key);
  }
}

function assertDigest(stated: string | undefined, sha256: string): void {
  if (stated === undefined || stated === sha256) return;
  if (!DIGEST.test(stated)) throw new CodedError('REQUEST_INVALID', 'Expected sha256 as 64 hexadecimal digits.');
  throw new CodedError('MODEL_DIGEST_MISMATCH', `The file has the sha256 ${sha256}, not ${stated}.`);
}

function jsonOf(name: string, fields: Map<string, string>): unknown {
  let value: unknown;
  try {
    value = JSON.parse(fields.get(name) ?? '{}');
  } catch (cause) {
    throw new CodedError('REQUEST_INVALID', `Expected JSON in the field ${name}.`, { cause });
  }
  assertStorable(value, name);
  return value;
}
