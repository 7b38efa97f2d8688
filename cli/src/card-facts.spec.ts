import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cardFacts } from './card-facts';

describe('cardFacts', () => {
  let folder: string;
  let encoder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'propago-facts-'));
    encoder = join(folder, 'vit.onnx');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('puts those of the command line before those of the file beside the encoder', () => {
    writeFileSync(`${encoder}.card.json`, '{"patchSize": 8, "mean": [0, 0, 0]}');
    expect(cardFacts(encoder, ['patchSize=16', 'layout=map'])).toEqual({
      patchSize: 16,
      mean: [0, 0, 0],
      layout: 'map',
    });
  });

  it.each([
    ['mean=1', '--fact mean=1: expected three numbers, such as [0.5, 0.5, 0.5]'],
    ['mean=[1,2]', '--fact mean=[1,2]: expected three numbers, such as [0.5, 0.5, 0.5]'],
    ['layout=rows', /^--fact layout=rows: .*"tokens"\|"map"/],
    ['std=[0,1,1]', '--fact std=[0,1,1]: must be positive'],
    ['patchsize=16', /^--fact patchsize=16: there is no fact patchsize; known are name, .*patchSize/],
    ['patchSize', "Expected NAME=VALUE after --fact, like patchSize=16, but received 'patchSize'."],
  ])('refuses %s in the words of the flag', (fact, message) => {
    expect(() => cardFacts(encoder, [fact])).toThrow(message);
  });

  it('names the file that states something wrong', () => {
    writeFileSync(`${encoder}.card.json`, '{"mean": 1}');
    expect(() => cardFacts(encoder, [])).toThrow(
      /vit\.onnx\.card\.json is not an encoder card: mean: expected three numbers/,
    );
  });
});
