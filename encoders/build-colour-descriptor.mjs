// Writes encoders/colour-descriptor.onnx from libs/encoder/src/colour-descriptor.ts; needs a build.
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const { colourDescriptor, writeOnnxModel } = createRequire(import.meta.url)('../dist/libs/encoder/src');
const target = new URL('colour-descriptor.onnx', import.meta.url);
const bytes = writeOnnxModel(colourDescriptor());
await writeFile(target, bytes);
console.log(`encoders/colour-descriptor.onnx: ${bytes.length} bytes`);
