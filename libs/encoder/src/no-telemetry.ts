/**
 * ONNX Runtime writes notes about this machine and its programs into the home and temporary folders, to be sent to its
 * maker. Its native code reads this variable when it loads: so this module comes before every other one that loads it, or
 * that starts a thread or process that does.
 */
process.env.ORT_DISABLE_TELEMETRY ??= '1';
