"""A machine learning backend of Label Studio: boxes on some frames of a video in, boxes on every frame out."""
