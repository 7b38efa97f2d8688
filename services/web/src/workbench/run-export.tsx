import { useState } from 'react';
import { Link, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import type { Run } from '../api/client';
import { Button } from '../ui/button';
import { Icons } from '../ui/icons';
import { say } from '../ui/toasts';

type Language = 'curl' | 'Python' | 'TypeScript';

/** What one takes away: files, and lines for programs that fetch this very run. */
export function RunExport({ run }: { run: Run }) {
  const [language, setLanguage] = useState<Language>('curl');
  const base = `/v1/runs/${run.id}`;
  const isDone = run.state === 'succeeded';
  const snippet = SNIPPETS[language](location.origin, run.id);
  const files = [
    { href: `${base}/masks.zip`, name: 'Masks', hint: 'An indexed PNG for each frame, in DAVIS layout' },
    {
      href: `${base}/overlay.mp4`,
      name: 'Overlay video',
      hint: 'The video with its masks; rendered when it is first asked for',
    },
  ];
  return (
    <>
      <section className="panel-part" aria-label="Files">
        {!isDone && <p className="hint">Files can be had when the run is done.</p>}
        {files.map(({ href, name, hint }) => (
          <div key={href} className="export">
            <div>
              <strong>{name}</strong>
              <span className="hint">{hint}</span>
            </div>
            {isDone ? (
              <Link className="button" href={href} download target="_blank" aria-label={`Download ${name}`}>
                {Icons.download} Download
              </Link>
            ) : (
              <Button isDisabled>{Icons.download} Download</Button>
            )}
          </div>
        ))}
      </section>
      <section className="panel-part" aria-label="For programs">
        <h2>For programs</h2>
        <ToggleButtonGroup
          className="segmented"
          aria-label="Language"
          selectedKeys={[language]}
          disallowEmptySelection
          onSelectionChange={(keys) => setLanguage([...keys][0] as Language)}
        >
          {Object.keys(SNIPPETS).map((name) => (
            <ToggleButton key={name} id={name} className="segment">
              {name}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <pre className="snippet" tabIndex={0} aria-label={`${language} for this run`}>
          {snippet}
        </pre>
        <div>
          <Button
            onPress={() => {
              void navigator.clipboard.writeText(snippet).then(() => say({ title: 'Copied' }));
            }}
          >
            Copy
          </Button>
        </div>
      </section>
    </>
  );
}

const SNIPPETS: Record<Language, (origin: string, id: string) => string> = {
  curl: (origin, id) => `curl -H "Authorization: Bearer $PROPAGO_API_KEY" \\\n  -OJ ${origin}/v1/runs/${id}/masks.zip`,
  Python: (origin, id) =>
    [
      'import os, urllib.request',
      '',
      `url = "${origin}/v1/runs/${id}/masks.zip"`,
      'key = os.environ["PROPAGO_API_KEY"]',
      'request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})',
      'with urllib.request.urlopen(request) as answer, open("masks.zip", "wb") as file:',
      '    file.write(answer.read())',
    ].join('\n'),
  TypeScript: (origin, id) =>
    [
      "import { writeFile } from 'node:fs/promises';",
      '',
      `const answer = await fetch('${origin}/v1/runs/${id}/masks.zip', {`,
      '  headers: { authorization: `Bearer ${process.env.PROPAGO_API_KEY}` },',
      '});',
      "await writeFile('masks.zip', Buffer.from(await answer.arrayBuffer()));",
    ].join('\n'),
};
