import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { startStack } from '@propago/local-stack';
import { ApiClient } from './api-client';
import type { Connection } from './connection';
import { encoderName, encoderPath } from './encoder-file';
import { Interruption } from './interruption';

/** A server to send runs to: the given one, or a private one on this machine. */
export interface Platform {
  client: ApiClient;
  /** `encoder` of a run's options: a name, or the digest of a file, on a foreign server; a private one has it as its default. */
  encoder: string | undefined;
  /** Copies the logs of a private platform to `<folder>/logs`, and returns that folder; undefined for a foreign one. */
  saveLogs(folder: string): string | undefined;
}

/** Connects to a server, or starts a private one that ends with the command. */
export async function openPlatform(
  { server, key, encoder }: Partial<Connection> & { encoder?: string },
  interruption: Interruption,
  say: (text: string) => void,
): Promise<Platform> {
  if (server) {
    const named = encoder === undefined ? undefined : await encoderName(encoder);
    return { client: new ApiClient({ server, key }, interruption.signal), encoder: named, saveLogs: () => undefined };
  }
  const serviceEnv = { ADMIN_API: 'on', ...(encoder === undefined ? {} : { ENCODERS: encoderPath(encoder) }) };
  say('starting a private platform');
  const stack = await interruption.race(startStack({ serviceEnv, onStart: (stop) => interruption.onEnd(stop) }));
  return {
    client: new ApiClient({ server: stack.url }, interruption.signal),
    encoder: undefined,
    saveLogs: (folder) => {
      const logs = join(folder, 'logs');
      cpSync(join(stack.servers.dir, 'logs'), logs, { recursive: true });
      return logs;
    },
  };
}
