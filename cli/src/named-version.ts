import type { ApiClient } from './api-client';
import { Failure } from './failure';
import { modelPath } from './model-path';
import { model, modelVersion, type ModelVersionResource } from './model-resource';

const NAMED = /^([^:@]+)(?::(\d+)|@(.+))?$/;

/**
 * The version that a person names: `name:3`, `name@alias`, or `name` for its champion.
 * @throws Failure (usage) for another form, or with the server's code when there is none
 */
export async function findVersion(client: ApiClient, text: string): Promise<ModelVersionResource> {
  const [, name, number, alias = 'champion'] = NAMED.exec(text) ?? [];
  if (name === undefined) throw new Failure(`expected name:version, name@alias or a name, not ${text}`, 2);
  const version = number ?? (await aliased(client, name, alias));
  return modelVersion.parse(await client.call('GET', modelPath(name, `/versions/${version}`)));
}

async function aliased(client: ApiClient, name: string, alias: string): Promise<number> {
  const { aliases } = model.parse(await client.call('GET', modelPath(name)));
  const found = aliases.find((each) => each.alias === alias);
  if (!found) throw new Failure(`ALIAS_NOT_FOUND: the model ${name} has no alias ${alias}`);
  return found.version;
}
