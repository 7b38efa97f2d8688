/** What the page keeps of its session. */
export const csrf: {
  /** Which changes need; null where nobody signs in. */
  token: string | null;
  /** Called when the server says that the session is over. */
  onEnd: () => void;
} = { token: null, onEnd: () => undefined };
