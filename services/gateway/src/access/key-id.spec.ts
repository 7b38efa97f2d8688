import { randomUUID } from 'node:crypto';
import { UUID } from '../http/paging';
import { isMadeWith, keyIdOf } from './key-id';

describe('keyIdOf', () => {
  it('makes different UUIDs of version 8', () => {
    const ids = Array.from({ length: 200 }, () => keyIdOf('secret'));
    expect(new Set(ids).size).toBe(200);
    for (const id of ids) {
      expect(id).toMatch(UUID);
      expect(id).toMatch(/^.{14}8.{4}[89ab]/);
    }
  });

  it('shows with which secret a key was made, and says nothing of an older id', () => {
    const id = keyIdOf('secret');
    expect(isMadeWith('secret', id)).toBe(true);
    expect(isMadeWith('another', id)).toBe(false);
    expect(isMadeWith('secret', randomUUID())).toBeUndefined();
  });
});
