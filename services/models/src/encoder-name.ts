/** What the `encoder` of a run's options names. */
export type EncoderName =
  | { kind: 'alias'; name: string; alias: string }
  | { kind: 'version'; name: string; version: number }
  /** A model, or else a digest: which one it is only the registry knows. */
  | { kind: 'plain'; text: string };

/** `name@alias`, `name:3`, or anything else. */
export function parseEncoderName(text: string): EncoderName {
  const alias = /^([^@:]+)@([^@:]+)$/.exec(text);
  if (alias) return { kind: 'alias', name: alias[1]!, alias: alias[2]! };
  const version = /^([^@:]+):(\d{1,9})$/.exec(text);
  if (version) return { kind: 'version', name: version[1]!, version: Number(version[2]) };
  return { kind: 'plain', text };
}
