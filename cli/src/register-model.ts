import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client';
import { encoderDigest, encoderPath } from './encoder-file';
import { Failure } from './failure';
import { modelVersion, type ModelVersionResource } from './model-resource';
import type { FormPart } from './multipart-upload';
import { cardFacts } from './card-facts';
import type { PhaseLine } from './phase-line';

const POLL_MS = 500;
/** What is said of a version that names no phase. */
const WAITING = { REGISTERED: 'waiting for its validation', VALIDATING: 'starting', READY: null, REJECTED: null };

export interface RegisterModel {
  name?: string;
  /** `key=value` of the encoder card. */
  fact: string[];
  trainingRun?: string;
  gitRevision?: string;
  data?: string;
  note?: string;
}

/**
 * Sends an encoder file with what is known of it: the facts of `<file>.card.json` and of the command line.
 * @throws Failure (usage) for facts that make no card, or with the server's code when it refuses the request
 */
export async function registerModel(
  client: ApiClient,
  file: string,
  { name = basename(file, '.onnx'), fact, ...provenance }: RegisterModel,
): Promise<ModelVersionResource> {
  const path = encoderPath(file);
  const facts = cardFacts(path, fact);
  const parts: FormPart[] = [
    { name: 'sha256', text: await encoderDigest(file) },
    { name: 'facts', text: JSON.stringify(facts) },
    { name: 'provenance', text: JSON.stringify(provenance) },
    {
      name: 'model',
      fileName: basename(file),
      contentType: 'application/octet-stream',
      open: () => createReadStream(path),
    },
  ];
  return modelVersion.parse(await client.submit(`/v1/admin/models/${encodeURIComponent(name)}/versions`, parts));
}

/**
 * The version when its validation has ended; meanwhile the phases are shown.
 * @throws Failure with the reasons when it is refused
 */
export async function validated(
  client: ApiClient,
  { name, version }: ModelVersionResource,
  { phases, signal }: { phases: PhaseLine; signal: AbortSignal },
): Promise<ModelVersionResource> {
  const path = `/v1/admin/models/${encodeURIComponent(name)}/versions/${version}`;
  for (;;) {
    const now = modelVersion.parse(await client.call('GET', path));
    phases.show(`${name}:${version}`, now.phase ?? WAITING[now.state]);
    if (now.state === 'READY') return now;
    if (now.state === 'REJECTED') {
      const reasons = now.reasons.map(({ code, detail }) => `  ${code}: ${detail}`);
      throw new Failure([`${name}:${version} is REJECTED`, ...reasons].join('\n'));
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}
