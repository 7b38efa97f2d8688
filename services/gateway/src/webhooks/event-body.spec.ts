import { eventOf } from './event-body';

const row = { subject: '8c0c9f6e-7a9f-4a55-9d0b-0a9ad4e1f2b1', createdAt: new Date(0) };

describe('eventOf', () => {
  it('gives type, time and data', () => {
    expect(eventOf({ ...row, type: 'run.created', data: { runId: 'a', error: null } })).toEqual({
      type: 'run.created',
      timestamp: '1970-01-01T00:00:00.000Z',
      data: { runId: 'a', error: null },
    });
  });

  it('says why something has failed, but nothing that comes from inside', () => {
    const errorOf = (code: string) =>
      eventOf({ ...row, type: 'run.failed', data: { error: { code, detail: 'said' } } }).data.error as {
        detail: string;
      };
    expect(errorOf('VIDEO_CORRUPT')).toEqual({ code: 'VIDEO_CORRUPT', detail: 'said' });
    expect(errorOf('INTERNAL').detail).toMatch(/^The server could not do this.* 8c0c9f6e-/);
  });
});
