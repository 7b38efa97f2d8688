import { useEffect, useState } from 'react';
import { api, ask } from '../api/client';
import { useMay } from '../session';
import type { Choice } from '../ui/select';

/** Which encoders a run may name; who may not look at the registry gets the server's choice. */
export function useVersions(): readonly Choice[] {
  const isAdmin = useMay('admin');
  const [choices, setChoices] = useState<readonly Choice[]>([SERVERS_CHOICE]);
  useEffect(() => {
    if (!isAdmin) return;
    ask(api.GET('/v1/admin/models')).then(
      ({ items }) =>
        setChoices([
          SERVERS_CHOICE,
          ...items.flatMap(({ name, aliases, versions }) =>
            versions
              .filter(({ state }) => state === 'READY')
              .map(({ version }) => ({
                id: `${name}:${version}`,
                name,
                end: `:${version}`,
                hint:
                  aliases
                    .filter((one) => one.version === version)
                    .map(({ alias }) => alias)
                    .join(', ') || undefined,
              })),
          ),
        ]),
      () => undefined,
    );
  }, [isAdmin]);
  return choices;
}

export const SERVERS_CHOICE: Choice = {
  id: 'server',
  name: 'The server’s choice',
  hint: 'Champion or canary, as the traffic says',
};
