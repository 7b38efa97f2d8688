import { CodedError } from './errors';

/** What Postgres refuses in text and JSON: NUL, and halves of surrogate pairs, which are no characters. */
const UNSTORABLE = /\0|\p{Surrogate}/u;
const EACH_UNSTORABLE = new RegExp(UNSTORABLE, 'gu');

/**
 * Refuses text that cannot be stored, at the place where a request is parsed.
 * @param value text, or JSON whose texts and keys are looked at
 * @param name what the sender calls the value
 * @throws CodedError TEXT_INVALID that says where
 */
export function assertStorable(value: unknown, name: string): void {
  // A list and no recursion: JSON may be nested deeper than the stack is.
  const open: [value: unknown, name: string][] = [[value, name]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [one, place] = next;
    if (typeof one === 'string' && UNSTORABLE.test(one)) {
      throw new CodedError('TEXT_INVALID', `Expected ${place} without NUL characters and unpaired surrogates.`);
    }
    // The bytes of a picture are no text.
    if (typeof one !== 'object' || one === null || ArrayBuffer.isView(one)) continue;
    for (const [key, member] of Object.entries(one)) {
      open.push([member, `${place}.${key}`], [key, `the names in ${place}`]);
    }
  }
}

/** The text with a character in place of each that cannot be stored: for names that are looked up and then not found. */
export function storable(text: string): string {
  return text.replace(EACH_UNSTORABLE, '\uFFFD');
}
