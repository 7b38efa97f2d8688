import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { damageClip, DAMAGE_CASES } from '../libs/video/testing/damage-matrix';
import { summaryOf, tableOf } from '../libs/video/testing/damage-table';

/**
 * Cuts a clip of every accepted codec and container at many places, flips single bytes of it, and prints what became of
 * each damaged file. Exit code 1 where a file was refused whose frames are all there and right.
 */
const { values } = parseArgs({ options: { places: { type: 'string', default: '20' }, only: { type: 'string' } } });

async function run(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'propago-damage-'));
  try {
    const summaries = [];
    for (const damageCase of DAMAGE_CASES.filter(({ name }) => name.includes(values.only ?? ''))) {
      const outcomes = await damageClip(folder, damageCase, Number(values.places));
      summaries.push(summaryOf(damageCase.name, outcomes));
      console.log(summaries.at(-1)!.details.join('\n'));
    }
    console.log(tableOf(summaries));
    return summaries.some(({ wronglyRefused }) => wronglyRefused > 0) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void run().then((code) => (process.exitCode = code));
