import type { Prisma } from '@propago/database';

/** All that is needed to make an export, but the masks. */
export const INCLUDE_FOR_EXPORT = {
  work: true,
  run: {
    include: {
      objects: { orderBy: { id: 'asc' } },
      prompts: { select: { frame: true }, orderBy: { frame: 'asc' } },
      video: { select: { fileName: true } },
      featureSet: { include: { video: true } },
    },
  },
} as const satisfies Prisma.ExportInclude;

export type WantedExport = Prisma.ExportGetPayload<{ include: typeof INCLUDE_FOR_EXPORT }>;
