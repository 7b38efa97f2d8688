// The health check of an image: whether this container's process lives. Its dependencies are no reason to restart it.
const port = process.env.PORT || '8080';
const answer = await fetch(`http://127.0.0.1:${port}/v2/health/live`).catch(() => null);
process.exit(answer?.ok ? 0 : 1);
