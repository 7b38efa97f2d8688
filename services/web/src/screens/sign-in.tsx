import { useState } from 'react';
import { Form, Input, Label, TextField } from 'react-aria-components';
import { api, ask, type Session } from '../api/client';
import { Problem } from '../api/problem';
import { Button } from '../ui/button';
import { Icons } from '../ui/icons';
import { ProblemNote } from '../ui/states';

/** The way in: an API key, for those who did not come by a link. */
export function SignIn({
  problem,
  onSession,
}: {
  problem: Problem | undefined;
  onSession: (session: Session) => void;
}) {
  const [key, setKey] = useState('');
  const [failed, setFailed] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const shown = failed ?? problem;

  const enter = async () => {
    setBusy(true);
    try {
      onSession(await ask(api.POST('/v1/session', { body: { key: key.trim() } })));
    } catch (error) {
      setFailed(Problem.unreachable(error));
      setBusy(false);
    }
  };

  return (
    <main className="sign-in">
      <Form
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <h1>{Icons.logo} Propago</h1>
        <TextField value={key} onChange={setKey} type="password" autoComplete="current-password" autoFocus isRequired>
          <Label>API key</Label>
          <Input className="input mono" placeholder="pgo_…" />
        </TextField>
        <Button kind="primary" type="submit" isDisabled={key.trim() === '' || isBusy}>
          Sign in
        </Button>
        {shown && <ProblemNote problem={shown} />}
        <p className="hint">
          <code>propago up</code> prints a link that signs you in. <code>propago keys create</code> makes keys for
          others. The key is exchanged for a cookie and kept nowhere in this page.
        </p>
      </Form>
    </main>
  );
}
