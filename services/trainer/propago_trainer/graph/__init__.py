"""ONNX graphs of encoders, written operator by operator."""
