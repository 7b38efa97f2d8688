import { Option } from 'commander';

/** Where a platform is, and what it lets us in with. */
export interface Connection {
  /** Address of the gateway. */
  server: string;
  key?: string;
}

/** `--key`, for every command that talks to a platform. */
export const keyOption = (): Option =>
  new Option('--key <key>', 'API key; as a variable, other users of this machine do not see it').env('PROPAGO_API_KEY');
