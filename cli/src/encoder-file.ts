import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from './failure';

/** Absolute path of an encoder file. @throws Failure (usage) when there is none */
export function encoderPath(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Failure(`there is no encoder file ${file}`, 2);
  if (file.includes(',')) throw new Failure(`the path of an encoder file must not contain a comma: ${file}`, 2);
  return resolve(file);
}

/** What a server knows an encoder by: the digest of a file, or else `name`, `name@alias`, `name:version` as it is. */
export async function encoderName(text: string): Promise<string> {
  return statSync(text, { throwIfNoEntry: false })?.isFile() ? encoderDigest(text) : text;
}

/** The digest by which every server knows an encoder. */
export async function encoderDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(encoderPath(file))) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
