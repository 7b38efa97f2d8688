import { Command } from 'commander';
import { ApiClient } from './api-client';
import { keyOption, type Connection } from './connection';
import { Interruption } from './interruption';

export type Output = Connection & { json?: boolean };

/** Makes the sub-commands of `propago models`, each with the options that all have. */
export class ModelCommands {
  constructor(
    private readonly models: Command,
    readonly interruption: Interruption,
  ) {}

  add(name: string): Command {
    return this.models
      .command(name)
      .option('--server <url>', 'address of the platform’s admin API', 'http://127.0.0.1:8080')
      .addOption(keyOption())
      .option('--json', 'print JSON');
  }

  client(connection: Connection): ApiClient {
    return new ApiClient(connection, this.interruption.signal);
  }
}

export function print(answer: unknown, { json }: Pick<Output, 'json'>, text: () => string): void {
  console.log(json ? JSON.stringify(answer) : text());
}

/** Address of a model, or of something of it. */
export function modelPath(name: string, rest = ''): string {
  return `/v1/admin/models/${encodeURIComponent(name)}${rest}`;
}
