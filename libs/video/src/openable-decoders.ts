import { startTool } from './ffmpeg';
import type { ProcessLimits } from './ffmpeg';

let names: Promise<string> | null = null;

/**
 * Names of all decoders of the installed ffprobe, separated by commas. ffprobe opens a decoder for every stream of a file
 * and gives up where it may not, so the decoders of streams that nobody wants (covers, sound, subtitles, of any codec)
 * must be openable. None of them ever gets a packet: `-codec_whitelist` without a stream, which {@link startTool} always
 * sets, holds while packets are analysed.
 */
export function openableDecoders(limits: ProcessLimits): Promise<string> {
  names ??= listDecoders(limits).catch((error: unknown) => {
    names = null;
    throw error;
  });
  return names;
}

async function listDecoders(limits: ProcessLimits): Promise<string> {
  const child = startTool({ tool: 'ffprobe', inputs: [], output: ['-decoders'], limits });
  try {
    let text = '';
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) text += chunk.toString();
    const failure = child.diagnosis.failure(await child.exited, 'Listing the decoders', 'INTERNAL');
    if (failure) throw failure;
    // Each line has six flags, the name and a description; a legend in the same form ends at the rule.
    const table = text.slice(text.indexOf('------'));
    return [...table.matchAll(/^ [A-Z.]{6} (\S+)/gm)].map(([, name]) => name).join(',');
  } finally {
    await child.stop();
  }
}
