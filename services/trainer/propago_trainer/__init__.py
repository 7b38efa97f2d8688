"""Encoders for label propagation: training, export to ONNX, import of public checkpoints."""

__version__ = "0.1.0"
