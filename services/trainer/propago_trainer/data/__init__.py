"""Training data: generated clips with exact correspondences, and videos."""
