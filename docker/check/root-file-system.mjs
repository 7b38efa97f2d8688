// Programs of an image without a container engine: the image's files as a read-only root, its user, environment, working
// folder and entry point, no privileges. Linux and root needed, and buildah, which holds the images.
import { execFileSync, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';

const buildah = (...args) => execFileSync('buildah', args, { encoding: 'utf8', maxBuffer: 1 << 26 }).trim();

// In namespaces of its own, which end with the program: $1 root, $2 data, $3 user:group, $4 working folder.
const NAMESPACES = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
const ENTER = `
mount --bind "$1" "$1"
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc"
mount -t tmpfs -o size=2g tmpfs "$1/tmp"
mount --bind "$2" "$1/data"
mount -o remount,bind,ro "$1"
root=$1; owner=$3; folder=$4
shift 4
exec setpriv --no-new-privs chroot --userspec="$owner" "$root" /usr/bin/env -i sh -c 'cd "$0" && exec env "$@"' "$folder" "$@"`;

/** A mounted image. */
export class RootFileSystem {
  constructor(image) {
    this.container = buildah('from', '--pull-never', image);
    this.root = buildah('mount', this.container);
    const { OCIv1, Docker } = JSON.parse(buildah('inspect', '--type', 'container', this.container));
    this.config = { ...OCIv1.config, Healthcheck: Docker.config.Healthcheck };
  }

  /**
   * Starts a program of the image.
   * @param command what comes after the entry point; with `entrypoint` [] the program itself
   * @param data folder on this machine that is /data; the image's user must be able to write it
   */
  start(command, { env = {}, data, logFile, entrypoint = this.config.Entrypoint }) {
    const { User, WorkingDir, Env } = this.config;
    const variables = [...Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
    const log = logFile ? openSync(logFile, 'a') : 'pipe';
    const inside = [this.root, data, User, WorkingDir || '/', ...variables, ...entrypoint, ...command];
    const child = spawn('unshare', [...NAMESPACES, 'sh', '-ec', ENTER, 'sh', ...inside], {
      stdio: ['ignore', log, log],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.pipe(process.stderr, { end: false });
    const ended = new Promise((resolve) =>
      child.on('close', (code, signal) => resolve({ code: code ?? signal, output })),
    );
    // unshare only waits for the program, which is its one child and gets signals by itself.
    const signal = (name) => {
      const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8'));
      if (pid > 0) process.kill(pid, name);
    };
    return { child, ended, signal };
  }

  /** Runs a program of the image to its end. @throws when it fails */
  async run(command, options) {
    const { code, output } = await this.start(command, options).ended;
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${output}`);
    return output.trim();
  }

  /** Ends with the code of the image's own health check. */
  async health(options) {
    const [, ...test] = this.config.Healthcheck.Test;
    return (await this.start(test, { ...options, entrypoint: [] }).ended).code;
  }

  close() {
    buildah('umount', this.container);
    buildah('rm', this.container);
  }
}
