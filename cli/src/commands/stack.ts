import type { Command } from 'commander';
import type { Interruption } from '../interruption';
import { wholeNumber } from '../whole-number';
import type { FolderOption } from './backup';
import type { LogsCommand } from './logs';
import type { StatusCommand } from './status';

/** Adds the commands for what `propago up` keeps in a folder. */
export function registerStackCommands(program: Command, interruption: Interruption): void {
  const folder = ['--dir <folder>', 'folder of the platform, as given to propago up', '.propago'] as const;

  program
    .command('status')
    .description('what propago up runs in a folder: services, ports, health, queues, disk; fails unless all is ready')
    .option(...folder)
    .option('--json', 'print JSON')
    .action(async (options: StatusCommand) => (await import('./status.js')).statusCommand(options));

  program
    .command('logs')
    .description('logs of the services: for people on a terminal, else JSON lines')
    .argument('[service]', 'gateway, ingest, features-1, postgres, …; all services when absent')
    .option(...folder)
    .option('-f, --follow', 'go on with what is written from now on')
    .option('-n, --lines <n>', 'how many of the last lines', wholeNumber(0, 1_000_000), 100)
    .action(async (service: string | undefined, options: LogsCommand) => {
      const { logsCommand } = await import('./logs.js');
      await logsCommand(service, options, interruption);
    });

  program
    .command('backup')
    .description('save all that propago up keeps to one file, while it runs or not')
    .argument('<file>', 'file to write; one that is there is replaced when the new one is complete')
    .option(...folder)
    .action(async (file: string, options: FolderOption) => {
      const { backupCommand } = await import('./backup.js');
      await backupCommand(file, options, interruption);
    });

  program
    .command('restore')
    .description('make a folder for propago up from a backup')
    .argument('<file>', 'what propago backup wrote')
    .option(...folder)
    .option('--force', 'replace the data that the folder holds')
    .action(async (file: string, options: FolderOption & { force?: boolean }) => {
      const { restoreCommand } = await import('./backup.js');
      await restoreCommand(file, options, interruption);
    });
}
