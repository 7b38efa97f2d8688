import { existsSync, readFileSync } from 'node:fs';
import { encoderCardFactsSchema, parseCardFacts, type EncoderCardFacts } from '@propago/encoder';
import { Failure } from './failure';
import { parseOptionValues } from './option-values';

const FACT = { flag: '--fact', example: 'patchSize=16' };

/**
 * Facts of an encoder card: those of `<encoder>.card.json`, where there is one, and before them those of the command line.
 * @param encoder path of the ONNX file
 * @param given `key=value` of each `--fact`
 * @throws Failure (usage) that names the flag, or the file, and what it should be
 */
export function cardFacts(encoder: string, given: readonly string[]): EncoderCardFacts {
  const stated = Object.assign({}, ...given.map(factOf)) as EncoderCardFacts;
  return { ...sidecarFacts(`${encoder}.card.json`), ...stated };
}

function factOf(pair: string): EncoderCardFacts {
  const fact = encoderCardFactsSchema.safeParse(parseOptionValues([pair], FACT));
  if (fact.success) return fact.data;
  const issue = fact.error.issues[0]!;
  const known = Object.keys(encoderCardFactsSchema.shape).join(', ');
  const why =
    issue.code === 'unrecognized_keys' ? `there is no fact ${issue.keys[0]}; known are ${known}` : issue.message;
  throw new Failure(`--fact ${pair}: ${why}`, 2);
}

function sidecarFacts(file: string): EncoderCardFacts {
  if (!existsSync(file)) return {};
  try {
    return parseCardFacts(readFileSync(file, 'utf8'), file);
  } catch (error) {
    throw new Failure((error as Error).message, 2);
  }
}
