import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { RESERVED_SETTINGS } from '@propago/contracts';
import { repoRoot } from '@propago/local-stack';
import { columns } from './columns';

const setting = z.object({
  name: z.string(),
  type: z.string(),
  allowed: z.string(),
  default: z.unknown(),
  description: z.string(),
});
export type TrainingSetting = z.infer<typeof setting>;

/** The settings that a training may be started with, as propago_trainer/config.py defines them. Needs no platform. */
export function trainingSettings(): TrainingSetting[] {
  const file = join(repoRoot(), 'services/trainer/settings.json');
  const all = z.array(setting).parse(JSON.parse(readFileSync(file, 'utf8')));
  return all.filter(({ name }) => !RESERVED_SETTINGS.includes(name));
}

/** A line for each: name, type, range, default, what it does. */
export function settingsTable(settings: readonly TrainingSetting[]): string {
  const rows = settings.map((each) => [
    each.name,
    each.type,
    each.allowed,
    `default ${String(each.default)}`,
    each.description,
  ]);
  return columns(rows);
}
