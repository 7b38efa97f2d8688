"""What the encoder is trained for: `siammae` (the paper) and `correspondence` (dense contrastive)."""
