"""Propago in CVAT."""
