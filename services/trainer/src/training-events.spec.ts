import { eventOf } from './training-events';

describe('eventOf', () => {
  it('reads an event with all its values', () => {
    const event = { event: 'step', step: 3, loss: 0.5, parts: { siammae: 0.5 } };
    expect(eventOf(JSON.stringify(event))).toEqual(event);
  });

  it.each([
    { event: 'phase', phase: 'loading textures' },
    { event: 'progress', step: 7 },
  ])('reads %j', (event) => {
    expect(eventOf(JSON.stringify(event))).toEqual(event);
  });

  it.each(['', 'Traceback', '{"event":"step"}', '{"event":"dance","step":1}', '{"step":', '[1]'])(
    'takes %j for other output',
    (line) => {
      expect(eventOf(line)).toBeUndefined();
    },
  );
});
