"""Encoders for label propagation: training, export to ONNX, import of public checkpoints."""

import os

# ONNX Runtime writes notes about this machine for its maker unless this is set before it loads.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
# Threads that wait for one another sleep instead of spinning. On processors that have other work too, spinning takes
# their time from those that are waited for: 4 rounds of a small network in 8 s instead of 13 to 35.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"
