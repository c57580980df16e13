"""The selectors of an app, found by looking, so that none is forgotten."""

import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import Any


def selectors_of(package: ModuleType) -> dict[str, Callable[..., Any]]:
    """Every function `..._for` of the modules of a package, by name."""
    names = [found.name for found in pkgutil.iter_modules(package.__path__)]
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return {
        name: found
        for module in modules
        for name, found in vars(module).items()
        if name.endswith("_for") and found.__module__ == module.__name__
    }
