/** A failure that ends the command with one message instead of a stack trace. */
export class Failure extends Error {
  override readonly name = 'Failure';

  /** @param exitCode 1: the work failed; 2: the command was used wrongly; 130: interrupted */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 | 130 = 1,
  ) {
    super(message);
  }
}
