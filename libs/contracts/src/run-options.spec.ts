import { CodedError } from './errors';
import { FieldErrors, type FieldProblem } from './field-problems';
import { DEFAULT_PRESET, PRESETS } from './parameters';
import { parseRunOptions } from './run-options';

function refusal(options: unknown): { code: string; message: string } {
  try {
    parseRunOptions(typeof options === 'string' ? options : JSON.stringify(options));
  } catch (error) {
    if (error instanceof CodedError) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('was accepted');
}

describe('run options', () => {
  it('without any, are the default preset', () => {
    expect(parseRunOptions('{}')).toEqual({
      preset: DEFAULT_PRESET,
      encoder: undefined,
      shadow: true,
      parameters: PRESETS[DEFAULT_PRESET],
      name: undefined,
      tags: [],
    });
  });

  it('change single parameters of a preset', () => {
    const options = { preset: 'dino', encoder: 'abc', parameters: { topK: 9, neighbourhood: { radius: 24 } } };
    expect(parseRunOptions(JSON.stringify(options))).toEqual({
      preset: 'dino',
      encoder: 'abc',
      shadow: true,
      parameters: {
        ...PRESETS.dino,
        topK: 9,
        neighbourhood: { shape: 'square', radius: 24, radiusInclusive: true },
      },
      name: undefined,
      tags: [],
    });
  });

  it.each([
    [{ parameters: { topK: 0 } }, 'Expected parameters.topK in [1, 64].'],
    [{ parameters: { temperature: 11 } }, 'Expected parameters.temperature in [0.001, 10].'],
    [{ parameters: { neighbourhood: { radius: -1 } } }, 'Expected parameters.neighbourhood.radius in [0, 512].'],
    [
      { parameters: { inputSize: { kind: 'short-side', shortSide: 8, multipleOf: 16, rounding: 'floor' } } },
      'Expected parameters.inputSize.shortSide in [32, 2160].',
    ],
    [{ parameters: { labelResize: 'cubic' } }, 'Expected parameters.labelResize to be one of nearest, bilinear, area.'],
  ])('out of range name the option and its range: %j', (options, message) => {
    expect(refusal(options)).toEqual({ code: 'OPTION_OUT_OF_RANGE', message });
  });

  it.each([
    [{ parameters: { topk: 7 } }, 'OPTION_UNKNOWN', 'Unknown option parameters.topk.'],
    [{ presets: 'dino' }, 'OPTION_UNKNOWN', 'Unknown option presets.'],
    [{ preset: 'sam' }, 'PRESET_UNKNOWN', "There is no preset 'sam'; known are siammae, dino,"],
    ['{', 'REQUEST_INVALID', 'Expected JSON'],
    [{ parameters: { topK: 'seven' } }, 'REQUEST_INVALID', 'parameters.topK'],
    [{ parameters: { topK: 1.5 } }, 'REQUEST_INVALID', 'parameters.topK'],
  ])('that cannot be used have a code: %j', (options, code, message) => {
    expect(refusal(options)).toEqual({ code, message: expect.stringContaining(message) });
  });
});

/** Path, code and suggestion of everything that is wrong with the options. */
function problems(options: unknown): Omit<FieldProblem, 'message'>[] {
  try {
    parseRunOptions(JSON.stringify(options));
  } catch (error) {
    if (!(error instanceof FieldErrors)) throw error;
    for (const { message, suggestion } of error.problems) {
      expect(error.message).toContain(message);
      expect(message).toContain(suggestion === undefined ? '.' : `Did you mean ${suggestion}?`);
    }
    return error.problems.map(({ path, code, suggestion }) => ({ path, code, suggestion }));
  }
  throw new Error('was accepted');
}

describe('several wrong options', () => {
  it('are named together, each with what was probably meant', () => {
    const neighbourhood = { shape: 'disk', radios: 5 };
    const parameters = { topk: 7, temperature: 'cold', contextLength: 0, neighbourhood };
    expect(problems({ preset: 'siamae', encodr: 'vit', topK: 3, parameters })).toEqual(
      expect.arrayContaining([
        { path: 'preset', code: 'PRESET_UNKNOWN', suggestion: 'siammae' },
        { path: 'encodr', code: 'OPTION_UNKNOWN', suggestion: 'encoder' },
        { path: 'topK', code: 'OPTION_UNKNOWN', suggestion: 'parameters.topK' },
        { path: 'parameters.topk', code: 'OPTION_UNKNOWN', suggestion: 'topK' },
        { path: 'parameters.temperature', code: 'REQUEST_INVALID', suggestion: undefined },
        { path: 'parameters.contextLength', code: 'OPTION_OUT_OF_RANGE', suggestion: undefined },
        { path: 'parameters.neighbourhood.shape', code: 'OPTION_OUT_OF_RANGE', suggestion: 'disc' },
        { path: 'parameters.neighbourhood.radios', code: 'OPTION_UNKNOWN', suggestion: 'radius' },
      ]),
    );
  });

  it('have a kind of input size that there is among them', () => {
    expect(problems({ parameters: { inputSize: { kind: 'shortside' } } })).toEqual([
      { path: 'parameters.inputSize.kind', code: 'OPTION_OUT_OF_RANGE', suggestion: 'short-side' },
    ]);
  });
});

describe('name and tags', () => {
  it('come without white space around them, and each tag once', () => {
    const { name, tags } = parseRunOptions(JSON.stringify({ name: ' first try ', tags: ['a', ' b', 'a'] }));
    expect([name, tags]).toEqual(['first try', ['a', 'b']]);
  });

  it.each([
    [{ name: ' ' }, 'OPTION_OUT_OF_RANGE', 'Expected name to have a length in [1, 200].'],
    [{ tags: ['a', ''] }, 'OPTION_OUT_OF_RANGE', 'Expected tags.1 to have a length in [1, 60].'],
    [{ tags: Array(21).fill('a') }, 'OPTION_OUT_OF_RANGE', 'Expected tags to have a number of items in [0, 20].'],
    [{ name: 'a\0' }, 'TEXT_INVALID', 'Expected options.name without NUL characters and unpaired surrogates.'],
    [{ encoder: '\ud800' }, 'TEXT_INVALID', 'Expected options.encoder without NUL'],
  ])('that cannot be kept are refused: %j', (options, code, message) => {
    expect(refusal(options)).toEqual({ code, message: expect.stringContaining(message) });
  });
});

describe('presets', () => {
  it('follow Table 4b of the SiamMAE paper', () => {
    const { siammae, vip, jhmdb } = PRESETS;
    expect([siammae.topK, siammae.contextLength, siammae.neighbourhood.radius]).toEqual([7, 20, 20]);
    expect([vip.topK, vip.contextLength, vip.neighbourhood.radius]).toEqual([10, 20, 8]);
    expect([jhmdb.contextLength, jhmdb.neighbourhood.radius]).toEqual([20, 20]);
  });

  it.each(Object.entries(PRESETS))('%s passes its own schema', (name) => {
    expect(parseRunOptions(JSON.stringify({ preset: name })).parameters).toEqual(
      parseRunOptions(JSON.stringify({ preset: 'crw', parameters: PRESETS[name as keyof typeof PRESETS] })).parameters,
    );
  });
});
