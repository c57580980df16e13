"""The reconciliation desk."""
