// Writes .env.example from the configuration schemas; a test compares the two.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { environmentExample } = createRequire(import.meta.url)(path.join(root, 'dist/libs/runtime/src/config.js'));
fs.writeFileSync(path.join(root, '.env.example'), environmentExample());
