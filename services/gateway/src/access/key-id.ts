import { createHmac, randomBytes } from 'node:crypto';
import { sameDigest } from './key-format';

// A UUID of version 8, whose bits are for its maker to choose: ten bytes (two of which hold version and variant) are
// random, the six before them are a digest of these under the server's secret. Older keys have ids of version 4.
const OWN_BYTES = 6;

/** An id for a new key, which shows whoever has the server's secret that the key was made with it. */
export function keyIdOf(serverSecret: string): string {
  const bytes = randomBytes(16);
  bytes[6] = 0x80 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  checkOf(bytes.subarray(OWN_BYTES), serverSecret).copy(bytes);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Whether a key was made with this secret; undefined for ids that do not tell. */
export function isMadeWith(serverSecret: string, keyId: string): boolean | undefined {
  const bytes = Buffer.from(keyId.replaceAll('-', ''), 'hex');
  if (bytes.length !== 16 || bytes[6]! >> 4 !== 8) return undefined;
  const expected = checkOf(bytes.subarray(OWN_BYTES), serverSecret);
  return sameDigest(expected.toString('hex'), bytes.subarray(0, OWN_BYTES).toString('hex'));
}

function checkOf(random: Buffer, serverSecret: string): Buffer {
  return createHmac('sha256', serverSecret).update('id of a key').update(random).digest().subarray(0, OWN_BYTES);
}
