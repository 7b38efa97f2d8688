import type { StorageSpace } from './blob-store';

const GIB = 2 ** 30;

/**
 * Bytes that uploads must leave free: what is configured, else 1 GiB or a twentieth of the disk, whichever is less, as a
 * small disk must not be all floor.
 */
export function floorOf({ total }: StorageSpace, configured?: number): number {
  return configured ?? Math.min(GIB, total / 20);
}

/**
 * Bytes of features that may be kept for later runs: what is configured, else 20 GiB or a fifth of the disk, whichever is
 * less. A configured 0 is without limit.
 * @param space null where nobody can say
 */
export function cacheLimitOf(space: StorageSpace | null, configured?: number): number {
  if (configured === 0) return Infinity;
  return configured ?? Math.min(20 * GIB, (space?.total ?? Infinity) / 5);
}
