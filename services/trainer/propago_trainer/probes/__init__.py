"""Figures and scores of a trained encoder."""
