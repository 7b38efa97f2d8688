import { z } from 'zod';
import { parseBody } from './parse-body';

const fields = z.strictObject({ name: z.string().optional() });

describe('parseBody', () => {
  it('takes a request without a body as one that says nothing', () => {
    expect(parseBody(fields, undefined)).toEqual({});
  });

  it.each([null, [], 'text', 1, true])('refuses %p, which is no object', (body) => {
    expect(() => parseBody(fields, body)).toThrow(/the body: .*expected object/);
  });

  it.each([null, [], {}])('refuses %p where a value may be of several types, and names the place', (value) => {
    const settings = z.strictObject({ settings: z.record(z.string(), z.union([z.string(), z.number()])) });
    expect(() => parseBody(settings, { settings: { a: value } })).toThrow(/settings\.a: /);
  });
});
