"""Batches, losses, schedules, progress and what is kept of a training.

Each name loads on first use; `__init__.pyi` lists them for editors.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
