/** What is wrong with the input: the features themselves, or an argument of the call. */
export type AffinityInputCode = 'FEATURES_INVALID' | 'OPTION_OUT_OF_RANGE';

/** Input the kernel refuses. The service maps `code` to its own table of coded errors. */
export class AffinityInputError extends Error {
  override readonly name = 'AffinityInputError';

  constructor(
    readonly code: AffinityInputCode,
    message: string,
  ) {
    super(message);
  }
}

/** The one sentence every refused argument gets. */
export function expected(what: string, name: string, value: unknown): AffinityInputError {
  const shown = ArrayBuffer.isView(value) ? `${(value as Float32Array).length} elements` : String(value);
  const type = value === null ? 'null' : typeof value === 'object' ? value.constructor.name : typeof value;
  return new AffinityInputError(
    'OPTION_OUT_OF_RANGE',
    `Expected ${what} for ${name} but received ${shown} of type ${type}`,
  );
}
