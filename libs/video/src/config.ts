import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { CodedError } from '@propago/contracts';

export type FfmpegTool = 'ffmpeg' | 'ffprobe';

const VARIABLES = { ffmpeg: 'FFMPEG_PATH', ffprobe: 'FFPROBE_PATH' } as const;

/** Absolute path of the tool: FFMPEG_PATH / FFPROBE_PATH if set, else the first one on PATH; null where there is none. */
export function findTool(tool: FfmpegTool, env: NodeJS.ProcessEnv = process.env): string | null {
  const chosen = env[VARIABLES[tool]];
  const candidates = chosen ? [chosen] : (env.PATH ?? '').split(delimiter).map((folder) => join(folder, tool));
  return candidates.find((path) => isAbsolute(path) && isExecutable(path)) ?? null;
}

/** As {@link findTool}, but its absence is an error that says what to do. */
export function requireTool(tool: FfmpegTool): string {
  const path = findTool(tool);
  if (path) return path;
  throw new CodedError(
    'INTERNAL',
    `${tool} was not found: install ffmpeg, or set ${VARIABLES[tool]} to its full path.`,
  );
}

/**
 * The environment of the child: only what the loader needs. Secrets of the service (database address, keys) must not
 * reach a process that parses untrusted files.
 */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH } = process.env;
  return { PATH, ...(LD_LIBRARY_PATH ? { LD_LIBRARY_PATH } : {}), LC_ALL: 'C', AV_LOG_FORCE_NOCOLOR: '1' };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
