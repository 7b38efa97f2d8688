"""Clips of rendered 3D scenes: bodies of ellipsoids and boxes, a moving camera, light and shadow, exact truth."""
