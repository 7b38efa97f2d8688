import type { TrainingRun } from '@propago/database';
import { trainingRequest, type TrainingRequest } from '@propago/contracts';

/** What a run was asked for, but its name and parent, which have columns of their own. */
export type TrainingConfiguration = Omit<TrainingRequest, 'name' | 'parent'>;

const configuration = trainingRequest.omit({ name: true, parent: true });

/** @throws Error when the row was not written by this service */
export function configurationOf({ configuration: stored }: Pick<TrainingRun, 'configuration'>): TrainingConfiguration {
  return configuration.parse(stored);
}

/** Settings as `key=value` arguments of the training program. */
export function settingArguments(settings: TrainingRequest['settings']): string[] {
  return Object.entries(settings).map(([key, value]) => `${key}=${value}`);
}
