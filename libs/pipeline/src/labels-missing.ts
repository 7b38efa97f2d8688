import { CodedError } from '@propago/contracts';

/** The storage lacks soft labels that a row promises: they were removed to make room, and a correction needs them again. */
export class LabelsMissing extends CodedError {
  constructor(
    /** Key of the pass. */
    readonly pass: string,
    { message, cause }: CodedError,
  ) {
    super('BLOB_MISSING', message, { cause });
  }

  /** What a read of labels failed with, as this where they are not there. */
  static from(pass: string, error: unknown): unknown {
    return error instanceof CodedError && error.code === 'BLOB_MISSING' ? new LabelsMissing(pass, error) : error;
  }
}
