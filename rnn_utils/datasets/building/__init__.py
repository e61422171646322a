"""What the builders of datasets share: pinned packages, splits, preparation."""
