import { useState } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { Button } from '../ui/button';
import { say } from '../ui/toasts';
import type { ExportFormat } from './export-formats';
import type { ExportOptions } from './export-options';
import { exportSnippet, LANGUAGES, type Language } from './export-snippets';

/** Lines for programs that fetch what is chosen, of this very run. */
export function ExportSnippet(asked: { runId: string; format: ExportFormat; options: ExportOptions }) {
  const [language, setLanguage] = useState<Language>('curl');
  const snippet = exportSnippet(language, { origin: location.origin, ...asked });
  return (
    <section className="panel-part" aria-label="For programs">
      <h2>For programs</h2>
      <ToggleButtonGroup
        className="segmented"
        aria-label="Language"
        selectedKeys={[language]}
        disallowEmptySelection
        onSelectionChange={(keys) => setLanguage([...keys][0] as Language)}
      >
        {LANGUAGES.map((name) => (
          <ToggleButton key={name} id={name} className="segment">
            {name}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <pre className="snippet" tabIndex={0} aria-label={`${language} for this export`}>
        {snippet}
      </pre>
      <div>
        <Button onPress={() => void navigator.clipboard.writeText(snippet).then(() => say({ title: 'Copied' }))}>
          Copy
        </Button>
      </div>
    </section>
  );
}
