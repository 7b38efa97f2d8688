"""Readers of the checkpoints of published encoders; one file per family of formats."""
