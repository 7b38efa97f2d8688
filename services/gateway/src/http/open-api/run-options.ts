import { PRESETS, PRESET_NAMES, runOptions } from '@propago/contracts';
import { schemaOf } from '../parse-body';

interface Schema {
  description?: string;
  properties?: Record<string, Schema>;
}

/** What each preset sets, as a table with a row for each parameter. */
function presetTable(): string {
  const names = Object.keys(PRESETS.siammae) as (keyof typeof PRESETS.siammae)[];
  const rows = names.map((name) => [name, ...PRESET_NAMES.map((preset) => shown(PRESETS[preset][name]))]);
  const head = ['parameter', ...PRESET_NAMES];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function shown(value: unknown): string {
  return typeof value === 'object' ? Object.values(value as object).join(' ') : String(value);
}

/**
 * The schema of `options`: each parameter says what the presets set it to. That is no `default` of the schema, for a
 * generated client would send it, and it would count more than the preset.
 */
export function runOptionsSchema(): object {
  const schema = schemaOf(runOptions) as Schema;
  for (const [name, parameter] of Object.entries(schema.properties?.parameters?.properties ?? {})) {
    const values = PRESET_NAMES.map((preset) => `${preset} ${shown(PRESETS[preset][name as 'topK'])}`);
    parameter.description = [parameter.description, `Presets: ${values.join(', ')}.`].filter(Boolean).join(' ');
  }
  schema.description = `A preset, and what should differ from it. The presets set:\n\n${presetTable()}`;
  return { ...schema, example: { preset: 'siammae', parameters: { topK: 7 } } };
}
