import { resolve } from 'node:path';
import { startTool, type ToolInput } from '../src/ffmpeg';

/** A moving test picture; every frame differs from the one before. */
export function testPicture(size: string, rate: number, frames: number): ToolInput {
  return { demuxer: 'lavfi', url: `testsrc2=s=${size}:r=${rate}:d=${frames / rate}` };
}

/** A tone, for clips with sound. */
export function tone(seconds: number): ToolInput {
  return { demuxer: 'lavfi', url: `sine=d=${seconds}` };
}

/** An existing clip as input, for remuxing. */
export function clip(path: string, demuxer: 'mp4' | 'matroska' | 'mpegts' = 'mp4'): ToolInput {
  return { demuxer, url: `file:${resolve(path)}` };
}

/**
 * Writes a clip through the project's own ffmpeg wrapper.
 * @param output ffmpeg's output options, without the file
 */
export async function generateClip(
  path: string,
  inputs: readonly ToolInput[],
  output: readonly string[],
): Promise<string> {
  const child = startTool({
    tool: 'ffmpeg',
    inputs,
    output: [...output, `file:${resolve(path)}`],
    limits: { memoryBytes: 8 * 2 ** 30, cpuSeconds: 120, fileBytes: 2 ** 30, wallSeconds: 120 },
  });
  try {
    child.stdout.resume();
    const exit = await child.exited;
    if (exit.code !== 0) throw new Error(`ffmpeg made no clip: ${child.diagnosis.summary}`);
    return path;
  } finally {
    await child.stop();
  }
}
