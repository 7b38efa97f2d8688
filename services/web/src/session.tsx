import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { api, ask, type Session } from './api/client';
import { csrf } from './api/csrf';
import { Problem } from './api/problem';
import { navigate } from './router';
import { SignIn } from './screens/sign-in';

const LINK = /^#sign-in=(.+)$/;

const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('There is no session.');
  return session;
}

/** Whether the signed-in person may do something. */
export function useMay(scope: 'runs:write' | 'admin'): boolean {
  const { key, hasAdmin } = useSession();
  return key.scopes.includes(scope) && (scope !== 'admin' || hasAdmin);
}

export async function signOut(): Promise<void> {
  await ask(api.DELETE('/v1/session')).catch(() => undefined);
  csrf.onEnd();
}

/** Shows its children to whoever is signed in, and the way in to others. */
export function SignedIn({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session | null>();
  const [problem, setProblem] = useState<Problem>();

  const enter = (next: Session) => {
    csrf.token = next.csrfToken;
    setProblem(undefined);
    setSession(next);
  };

  useEffect(() => {
    let isCurrent = true;
    csrf.onEnd = () => setSession(null);
    void find()
      .then((found) => isCurrent && enter(found))
      .catch((error: unknown) => {
        if (!isCurrent) return;
        const found = Problem.unreachable(error);
        if (found.code !== 'KEY_MISSING') setProblem(found);
        setSession(null);
      });
    return () => {
      isCurrent = false;
    };
  }, []);

  if (session === undefined) return <div className="splash" aria-busy="true" />;
  if (session === null) return <SignIn problem={problem} onSession={enter} />;
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** By the link in the address, which works once and then leaves it; else by the cookie. */
let following: Promise<Session> | undefined;
async function find(): Promise<Session> {
  const link = LINK.exec(location.hash)?.[1];
  if (link === undefined) return following ?? ask(api.GET('/v1/session'));
  navigate(location.pathname, { replace: true });
  following = ask(api.POST('/v1/session', { body: { link } }));
  return following;
}
