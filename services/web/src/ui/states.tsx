import type { ReactNode } from 'react';
import type { Problem } from '../api/problem';
import { Button } from './button';
import { Icons } from './icons';

/** Where there is nothing to show yet, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** Where only administrators may look. @param what with its verb */
export function ForAdministrators({ what }: { what: string }) {
  return (
    <Empty title={`${what} for administrators`}>
      <p>
        The key that you signed in with may not, or the admin API is at another address. Ask an administrator for a key
        with the scope admin.
      </p>
    </Empty>
  );
}

/** What went wrong, in the words of the error table, with the code that the documentation knows. */
export function ProblemNote({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <div className="problem" role="alert">
      {Icons.warning}
      <div>
        <strong>{problem.title}</strong> {problem.detail !== problem.title && problem.detail}{' '}
        <code>{problem.code}</code>
      </div>
      {onRetry && <Button onPress={onRetry}>Try again</Button>}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div className="loading" role="status">
      <span className="spinner" /> {what}
    </div>
  );
}
