import { z } from 'zod';

const reason = z.looseObject({ code: z.string(), detail: z.string() });

/** What this command reads of a model version; the rest is printed as it comes. */
export const modelVersion = z.looseObject({
  name: z.string(),
  version: z.number(),
  state: z.enum(['REGISTERED', 'VALIDATING', 'READY', 'REJECTED']),
  reasons: z.array(reason),
  sha256: z.string(),
  aliases: z.array(z.string()),
  createdAt: z.string(),
  createdBy: z.string(),
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
