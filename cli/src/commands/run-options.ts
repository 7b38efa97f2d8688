import { Command } from 'commander';

/** One more value of an option that may be repeated. */
export const collect = (value: string, before: string[]): string[] => [...before, value];

/** Options of every command that makes runs. */
export const runOptions = (command: Command): Command =>
  command
    .option('--preset <name>', 'named parameter set: siammae, dino, crw, cropmae, vfs, vip, jhmdb')
    .option(
      '--encoder <file.onnx>',
      'encoder to use instead of the default one; with --server also name[@alias|:version]',
    )
    .option(
      '--option <key=value>',
      'parameter that differs from the preset, e.g. topK=7 (may be repeated)',
      collect,
      [],
    );

/** `--server` of commands that start a private platform without it. */
export const serverOption = [
  '--server <url>',
  'address of a running platform; without it a private one is started',
] as const;
