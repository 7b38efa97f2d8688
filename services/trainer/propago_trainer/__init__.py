"""Encoders for label propagation: training, export to ONNX, import of public checkpoints."""

import os

# ONNX Runtime writes notes about this machine for its maker unless this is set before it loads.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
