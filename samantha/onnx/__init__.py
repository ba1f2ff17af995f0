"""Neural networks as ONNX files: read, built or changed, and run."""
