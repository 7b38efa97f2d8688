import { suggestionTable } from './suggestions';

it('shows each suggestion in a line', () => {
  const table = suggestionTable([
    {
      frame: 57,
      objects: [2, 1],
      expectedGain: 0.1234,
      reason: 'Object 2 was not found, after the prompt on frame 0.',
    },
  ]);
  expect(table.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['frame', 'objects', 'gain of J', 'why'],
    ['57', '2, 1', '12.3', 'Object 2 was not found, after the prompt on frame 0.'],
  ]);
});
