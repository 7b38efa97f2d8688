import type { ExportFormat } from './export-formats';
import type { ExportOptions } from './export-options';

export const LANGUAGES = ['curl', 'Python', 'TypeScript'] as const;
export type Language = (typeof LANGUAGES)[number];

interface Asked {
  origin: string;
  runId: string;
  format: ExportFormat;
  options: ExportOptions;
}

/** Lines for a program that has this very export made, waits for it, and stores its file. */
export function exportSnippet(language: Language, { origin, runId, format, options }: Asked): string {
  const body = JSON.stringify(Object.keys(options).length > 0 ? { format, options } : { format });
  const exports = `${origin}/v1/runs/${runId}/exports`;
  return SNIPPETS[language](exports, body, origin).join('\n');
}

const SNIPPETS: Record<Language, (exports: string, body: string, origin: string) => string[]> = {
  curl: (exports, body, origin) => [
    'key="Authorization: Bearer $PROPAGO_API_KEY"',
    `made=$(curl -sSf -H "$key" --json '${body}' \\`,
    `  -o /dev/null -w '%header{location}' ${exports})`,
    `curl -sSf -H "$key" --retry 100 -OJ "${origin}$made/file"`,
  ],
  Python: (exports, body) => [
    'import json, os, time, urllib.request',
    '',
    'def ask(path, body=None):',
    '    headers = {"Authorization": "Bearer " + os.environ["PROPAGO_API_KEY"],',
    '               "Content-Type": "application/json"}',
    '    return urllib.request.urlopen(urllib.request.Request(path, body, headers))',
    '',
    `exports = "${exports}"`,
    `made = json.load(ask(exports, b'${body}'))`,
    'while made["state"] in ("queued", "running"):',
    '    time.sleep(1)',
    '    made = json.load(ask(f"{exports}/{made[\'id\']}"))',
    'answer = ask(f"{exports}/{made[\'id\']}/file")',
    'with open(answer.headers.get_filename(), "wb") as file:',
    '    file.write(answer.read())',
  ],
  TypeScript: (exports, body) => [
    "import { writeFile } from 'node:fs/promises';",
    '',
    'const headers = {',
    '  authorization: `Bearer ${process.env.PROPAGO_API_KEY}`,',
    "  'content-type': 'application/json',",
    '};',
    `const exports = '${exports}';`,
    `const body = JSON.stringify(${body});`,
    "let made = await (await fetch(exports, { method: 'POST', headers, body })).json();",
    "while (made.state === 'queued' || made.state === 'running') {",
    '  await new Promise((resolve) => setTimeout(resolve, 1000));',
    '  made = await (await fetch(`${exports}/${made.id}`, { headers })).json();',
    '}',
    'const answer = await fetch(`${exports}/${made.id}/file`, { headers });',
    'if (!answer.ok) throw new Error(await answer.text());',
    "const name = /filename=\"([^\"]+)\"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];",
    "await writeFile(name ?? 'export', Buffer.from(await answer.arrayBuffer()));",
  ],
};
