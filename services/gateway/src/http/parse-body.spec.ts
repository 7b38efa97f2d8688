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
});
