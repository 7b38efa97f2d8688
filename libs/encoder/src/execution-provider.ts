import { CodedError } from '@propago/contracts';
import { listSupportedBackends } from 'onnxruntime-node';

/** Where ONNX Runtime runs the encoder. */
export const EXECUTION_PROVIDERS = ['cpu', 'cuda', 'tensorrt', 'webgpu'] as const;
export type ExecutionProvider = (typeof EXECUTION_PROVIDERS)[number];

/** What the installed ONNX Runtime was built with, as one phrase for messages. Loads no model and runs nothing. */
export function describeProviders(): string {
  return listSupportedBackends()
    .map(({ name, bundled }) => `${name} (${bundled ? 'bundled' : 'needs its libraries on this machine'})`)
    .join(', ');
}

/** The error of a provider that the installed runtime has, but that this machine cannot start. */
export function providerUnavailable(provider: ExecutionProvider, cause: unknown): CodedError {
  const reason = (cause instanceof Error ? cause.message : String(cause)).trim().split('\n')[0];
  return new CodedError(
    'EXECUTION_PROVIDER_UNAVAILABLE',
    `The execution provider "${provider}" does not start on this machine (${reason}). ` +
      `ONNX Runtime here offers: ${describeProviders()}. "cpu" always works.`,
    { cause },
  );
}
