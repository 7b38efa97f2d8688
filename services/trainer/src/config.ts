import { existsSync } from 'node:fs';
import path from 'node:path';

/** Root of the clone, or of the image's application. */
const ROOT = path.resolve(__dirname, '../../../..');
/** Where the Python package lies beside this service; in an image it is installed in the environment. */
const PACKAGE = path.join(ROOT, 'services/trainer');

// What Python, CUDA and PyTorch read, and nothing else: addresses and passwords of this service's servers stay here.
const PASSED =
  /^(PATH|HOME|USER|TMPDIR|LANG|LC_\w+|LD_LIBRARY_PATH|(CUDA|NVIDIA|NCCL|OMP|MKL|KMP|TORCH|TORCHINDUCTOR|TRITON|PYTORCH|PYTHON|ONEDNN|ATEN)\w*|MPLCONFIGDIR)$/;

/** Where the project's own script puts the trainer's Python. */
export const PRIVATE_PYTHON = path.join(ROOT, '.propago/trainer/venv/bin/python');

/** The environment of a training process. */
export function programEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const passed = Object.fromEntries(Object.entries(env).filter(([name]) => PASSED.test(name)));
  const packages = existsSync(path.join(PACKAGE, 'propago_trainer')) ? { PYTHONPATH: PACKAGE } : {};
  return { ...passed, ...packages, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' };
}
