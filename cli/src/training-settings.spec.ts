import { RESERVED_SETTINGS } from '@propago/contracts';
import { settingsTable, trainingSettings } from './training-settings';

describe('the settings of a training', () => {
  it('are listed without those that the platform chooses', () => {
    const settings = trainingSettings();
    const names = settings.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['steps', 'lr', 'arch']));
    expect(names).not.toEqual(expect.arrayContaining([expect.stringMatching(`^(${RESERVED_SETTINGS.join('|')})$`)]));
    expect(settings.find(({ name }) => name === 'frames')).toEqual({
      name: 'frames',
      type: 'whole number',
      allowed: 'a value in [2, 8]',
      default: 2,
      description: 'Frames of a generated clip.',
    });
  });

  it('are a line each', () => {
    const settings = trainingSettings();
    const lines = settingsTable(settings).split('\n');
    expect(lines).toHaveLength(settings.length);
    expect(lines.find((line) => line.startsWith('arch '))).toMatch(
      /text +vit \| conv \| pyramid +default vit +Kind of the encoder/,
    );
  });
});
