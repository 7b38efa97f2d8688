import { serviceEnvironment, type ServicePlan } from '@propago/local-stack';
import { misspeltSettings, problemsOfSettings } from '@propago/runtime';
import { Failure } from './failure';

/** What `propago up` finds out for itself; a value that is set is checked. */
const PROVIDED = {
  DATABASE_URL: 'postgresql://127.0.0.1/propago',
  REDIS_URL: 'redis://127.0.0.1',
  NATS_URL: 'nats://127.0.0.1',
  STORAGE_URL: 'file:///provided',
  KEY_SECRET: 'provided before the services are started',
};

/**
 * Looks through the settings of all services before anything is started.
 *
 * @param warn is told of variables that look like misspelt settings
 * @throws Failure that names everything that is wrong, of whichever service
 */
export function checkSettings(
  plans: readonly ServicePlan[],
  env: NodeJS.ProcessEnv,
  warn: (what: string) => void,
): void {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const problems = problemsOfSettings(
    plans.map((plan) => ({ service: plan.name, environment: serviceEnvironment(plan, { ...PROVIDED, ...given }) })),
  );
  misspeltSettings(env).forEach(warn);
  if (problems.length === 0) return;
  throw new Failure(`these settings are not valid, so nothing was started:\n  ${problems.join('\n  ')}`, 2);
}
