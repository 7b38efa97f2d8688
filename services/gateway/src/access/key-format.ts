import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** An API key: `pgo_<12 hexadecimal digits>_<43 characters of base64url>`. */
const KEY = /^(pgo_[0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

/** A new key, and its visible first part. The second part holds 32 random bytes. */
export function generateKey(): { key: string; prefix: string } {
  const prefix = `pgo_${randomBytes(6).toString('hex')}`;
  return { key: `${prefix}_${randomBytes(32).toString('base64url')}`, prefix };
}

/** The visible first part of a key; undefined for what has not the form of one. */
export function prefixOf(key: string): string | undefined {
  return KEY.exec(key)?.[1];
}

/**
 * What is stored of a key. A slow hash is for what people think up: nobody tries out 2^256 random secrets. The server's
 * secret makes a stolen table useless also for putting in rows of one's own.
 * @returns HMAC-SHA256 in hexadecimal
 */
export function digestOf(key: string, serverSecret: string): string {
  return createHmac('sha256', serverSecret).update(key).digest('hex');
}

/** Takes as long for digests that differ in their first as in their last character. */
export function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The key of an Authorization header; undefined where it has none. */
export function bearerOf(header: string | undefined): string | undefined {
  return header === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1];
}
