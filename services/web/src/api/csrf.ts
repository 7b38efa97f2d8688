/** The token of the session, which changes need; null where nobody signs in. */
export const csrf: { token: string | null } = { token: null };
