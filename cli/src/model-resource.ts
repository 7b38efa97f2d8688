import { z } from 'zod';

const reason = z.looseObject({ code: z.string(), detail: z.string() });

const card = z.looseObject({ inferred: z.array(z.string()).optional() });

/** What validation measured; each part is absent where it was not reached. */
const report = z.looseObject({
  reused: z.looseObject({ name: z.string(), version: z.number() }).optional(),
  file: z
    .looseObject({ opset: z.number(), producer: z.string(), nodes: z.number(), weightBytes: z.number() })
    .optional(),
  probe: z
    .looseObject({
      frame: z.looseObject({ width: z.number(), height: z.number() }),
      secondsPerFrame: z.number(),
      threads: z.number(),
      peakMemoryBytes: z.number(),
    })
    .optional(),
  champion: z
    .looseObject({ version: z.number(), secondsPerFrame: z.number().optional(), quality: z.number().optional() })
    .nullish(),
  quality: z
    .looseObject({
      quality: z.number(),
      J: z.number(),
      F: z.number(),
      clips: z.number().optional(),
      sequences: z.array(z.looseObject({ name: z.string(), objects: z.number(), J: z.number(), F: z.number() })),
    })
    .optional(),
});

/** What this command reads of a model version; the rest is printed as it comes. */
export const modelVersion = z.looseObject({
  name: z.string(),
  version: z.number(),
  state: z.enum(['REGISTERED', 'VALIDATING', 'READY', 'REJECTED']),
  phase: z.string().nullish(),
  reasons: z.array(reason),
  sha256: z.string(),
  bytes: z.number(),
  aliases: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string(),
  card: card.nullable(),
  report: report.nullable(),
  provenance: z.record(z.string(), z.unknown()),
});
export type ModelVersionResource = z.infer<typeof modelVersion>;

export const versionPage = z.object({ items: z.array(modelVersion) });

const alias = z.looseObject({
  alias: z.string(),
  version: z.number(),
  previousVersion: z.number().nullable(),
  revision: z.number(),
});

const split = z.array(z.object({ alias: z.string(), percent: z.number() }));

export const model = z.looseObject({
  name: z.string(),
  aliases: z.array(alias),
  traffic: z.looseObject({ split }),
  versions: z.array(z.looseObject({ version: z.number(), state: z.string() })),
});
export type ModelResource = z.infer<typeof model>;

export const modelPage = z.object({ items: z.array(model) });

export const traffic = z.looseObject({ name: z.string(), split });

export const auditPage = z.object({
  items: z.array(
    z.looseObject({
      at: z.string(),
      actor: z.string(),
      action: z.string(),
      name: z.string(),
      version: z.number().nullable(),
      details: z.unknown(),
    }),
  ),
  next: z.string().nullable(),
});

/** The aliases of a model as one line, `champion=3 (before 2), canary=4`. */
export function describeAliases({ aliases }: ModelResource): string {
  const texts = aliases.map(({ alias: name, version, previousVersion }) =>
    previousVersion === null ? `${name}=${version}` : `${name}=${version} (before ${previousVersion})`,
  );
  return texts.join(', ') || 'none';
}

export function describeSplit(parts: z.infer<typeof split>): string {
  return parts.map(({ alias: name, percent }) => `${name} ${percent} %`).join(', ');
}
