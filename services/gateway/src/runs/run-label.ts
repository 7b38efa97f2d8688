import type { AnswerOf } from '@propago/contracts';
import { fileNamePart } from '../http/content-disposition';

/** What files of a run are called: by its name, else by its video's, and by the beginning of its id, so that no two are alike. */
export function runLabel({ id, name, video }: Pick<AnswerOf<'Run'>, 'id' | 'name' | 'video'>): string {
  const stem = fileNamePart(name ?? video.fileName?.replace(/\.\w{1,5}$/, '') ?? '');
  return `${stem || 'run'}-${id.slice(0, 8)}`;
}
