import { assertHandlers } from './stages.controller';

describe('the handlers of a service', () => {
  it('are the one of its stage', () => {
    expect(() => assertHandlers('features', [{ stage: 'features' }])).not.toThrow();
  });

  it('are one for each queue of a service that works on several', () => {
    const masks = { stage: 'results' } as const;
    expect(() => assertHandlers('results', [masks])).toThrow("results has 0 handlers for the queue 'exports'");
    expect(() => assertHandlers('results', [masks, { stage: 'exports' }, { stage: 'housekeeping' }])).not.toThrow();
  });

  it('are none for a service without a stage', () => {
    expect(() => assertHandlers('gateway', [])).not.toThrow();
  });

  it.each([
    ['missing', [], 'features has 0 handlers'],
    ['doubled', [{ stage: 'features' }, { stage: 'features' }], 'features has 2 handlers'],
  ] as const)('stop the process when one is %s, and say where it belongs', (_, handlers, message) => {
    expect(() => assertHandlers('features', handlers)).toThrow(message);
    expect(() => assertHandlers('features', handlers)).toThrow('services/features/src/features.module.ts');
  });

  it('stop the process when they belong to another service', () => {
    expect(() => assertHandlers('features', [{ stage: 'features' }, { stage: 'ingest' }])).toThrow("'ingest'");
  });
});
