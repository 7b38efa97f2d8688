import './no-telemetry';
import { CodedError } from '@propago/contracts';
import { listSupportedBackends } from 'onnxruntime-node';
import { ExecutionProvider } from './execution-provider';

/** The error of a provider that this machine cannot start, with what the installed ONNX Runtime was built for. */
export function providerUnavailable(provider: ExecutionProvider, cause: unknown): CodedError {
  const reason = (cause instanceof Error ? cause.message : String(cause)).trim().split('\n')[0];
  const offers = listSupportedBackends().map(
    ({ name, bundled }) => `${name} (${bundled ? 'bundled' : 'needs its libraries on this machine'})`,
  );
  return new CodedError(
    'EXECUTION_PROVIDER_UNAVAILABLE',
    `The execution provider "${provider}" does not start on this machine (${reason}). ` +
      `ONNX Runtime here offers: ${offers.join(', ')}. "cpu" always works.`,
    { cause },
  );
}
