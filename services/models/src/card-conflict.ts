import { isDeepStrictEqual } from 'node:util';
import { CodedError } from '@propago/contracts';
import type { ModelVersion } from '@propago/database';

/**
 * One file has one card, whatever versions it is registered as: features are keyed by the file's digest.
 * @param facts of a file that is to be registered
 * @param others the versions that the same file is registered as already
 * @throws CodedError MODEL_CARD_CONFLICT that names the field
 */
export function assertSameCard(facts: Record<string, unknown>, others: ModelVersion[]): void {
  for (const { name, version, card, facts: stated } of others) {
    const known = { ...(stated as Record<string, unknown>), ...(card as Record<string, unknown> | null) };
    for (const [field, value] of Object.entries(facts)) {
      if (field === 'name' || !(field in known) || isDeepStrictEqual(known[field], value)) continue;
      const [there, here] = [known[field], value].map((each) => JSON.stringify(each));
      throw new CodedError(
        'MODEL_CARD_CONFLICT',
        `${name}:${version} is the same file with ${field} ${there}, not ${here}; delete that version first if it is wrong.`,
      );
    }
  }
}
