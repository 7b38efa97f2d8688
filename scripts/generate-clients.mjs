import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lastLines, run } from './command.mjs';
import { ensurePythonEnv } from './python-env.mjs';
import { main, setup } from './setup.mjs';
import { REPO_ROOT } from './system-tools.mjs';

async function generator(title, program, args, options) {
  const { code, output } = await run(program, args, options);
  if (code !== 0 || /warning/i.test(output)) throw new Error(`${title} failed:\n${lastLines(output, 30)}`);
}

/**
 * Writes the generated part of both clients from the document of the API that the last build has made.
 *
 * @param {string} clients the folder to write below
 * @param {string} python that of the environment `clients`
 */
async function generateClients(clients, python) {
  const document = path.join(REPO_ROOT, 'dist/openapi.json');
  const { ERRORS } = createRequire(import.meta.url)(path.join(REPO_ROOT, 'dist/libs/contracts/src/errors.js'));
  const typescriptFolder = path.join(clients, 'typescript/src/generated');
  const pythonFolder = path.join(clients, 'python/src/propago/generated');
  for (const folder of [typescriptFolder, path.dirname(pythonFolder)]) mkdirSync(folder, { recursive: true });

  const openapiTypescript = path.join(REPO_ROOT, 'node_modules/openapi-typescript/bin/cli.js');
  const types = path.join(typescriptFolder, 'api.ts');
  await generator('openapi-typescript', process.execPath, [openapiTypescript, document, '-o', types]);
  writeFileSync(path.join(typescriptFolder, 'error-codes.ts'), typescriptCodes(ERRORS));

  // It formats what it writes with the ruff beside it, which must find no configuration of its own in a folder above.
  const bin = path.dirname(python);
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}`, RUFF_NO_CACHE: 'true' };
  const scratch = mkdtempSync(path.join(tmpdir(), 'propago-client-'));
  try {
    const made = path.join(scratch, 'generated');
    const args = ['generate', '--path', document, '--meta', 'none', '--output-path', made, '--fail-on-warning'];
    await generator('openapi-python-client', path.join(bin, 'openapi-python-client'), args, { env });
    rmSync(pythonFolder, { recursive: true, force: true });
    cpSync(made, pythonFolder, { recursive: true });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  writeFileSync(path.join(pythonFolder, 'error_codes.py'), pythonCodes(ERRORS));
}

const typescriptCodes = (errors) =>
  [
    '/** What a server refuses, and what fails on it; each code with its sentence. */',
    'export const ERROR_CODES = {',
    ...Object.entries(errors).map(([code, { title }]) => `  ${code}: ${JSON.stringify(title)},`),
    '} as const;',
    '',
    'export type ErrorCode = keyof typeof ERROR_CODES;',
    '',
  ].join('\n');

const pythonCodes = (errors) =>
  [
    'from enum import StrEnum',
    '',
    '',
    'class ErrorCode(StrEnum):',
    '    """What a server refuses, and what fails on it."""',
    '',
    ...Object.entries(errors).flatMap(([code, { title }]) => [`    # ${title}`, `    ${code} = "${code}"`]),
    '',
  ].join('\n');

// node scripts/generate-clients.mjs [folder]: writes the generated parts anew, by default below clients/
await main(async () => {
  await setup();
  const python = await ensurePythonEnv({ name: 'clients' });
  if (python === null) return 1;
  await generateClients(process.argv[2] ?? path.join(REPO_ROOT, 'clients'), python);
});
