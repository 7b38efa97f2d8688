import { Command } from 'commander';
import { ApiClient } from './api-client';
import { keyOption, type Connection } from './connection';
import { Interruption } from './interruption';

export type Output = Connection & { json?: boolean };

/** Makes the commands below `parent` that ask a running platform, each with the options that all have. */
export class PlatformCommands {
  constructor(
    private readonly parent: Command,
    readonly interruption: Interruption,
    private readonly asked = 'platform',
  ) {}

  add(name: string): Command {
    return this.parent
      .command(name)
      .option('--server <url>', `address of the ${this.asked}`, 'http://127.0.0.1:8080')
      .addOption(keyOption())
      .option('--json', 'print JSON');
  }

  client(connection: Connection): ApiClient {
    return new ApiClient(connection, this.interruption.signal);
  }
}

/** What commands for admins ask. */
export const ADMIN_API = 'platform’s admin API';

export function print(answer: unknown, { json }: Pick<Output, 'json'>, text: () => string): void {
  console.log(json ? JSON.stringify(answer) : text());
}
