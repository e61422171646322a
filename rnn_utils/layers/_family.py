"""Cells and layers without a twin in Keras: their settings, weights and configs."""

from __future__ import annotations

import inspect
from typing import Any

import keras
from keras import ops

from ._checks import require
from ._recurrent import Cell, Recurrent
from ._types import Identifier, Shape, Tensor

# What a setting is, by the end of its name: how it is looked up, and written down.
KINDS = {
    "activation": keras.activations,
    "initializer": keras.initializers,
    "regularizer": keras.regularizers,
    "constraint": keras.constraints,
}
# The stabilizer of a memory that holds nothing: below the logarithm of any input gate,
# but far above mLSTM's `CLOSED`.
NOTHING_YET = -1e20


def settings_of(cell_class: type) -> list[str]:
    """Return the names of the arguments that a cell's constructors name."""
    names = {}
    for base in reversed(cell_class.__mro__):
        if issubclass(base, FamilyCell) and "__init__" in vars(base):
            parameters = inspect.signature(base.__init__).parameters.values()
            named = [p.name for p in parameters if p.kind is not p.VAR_KEYWORD]
            names.update(dict.fromkeys(named[1:]))  # The first is `self`.
    return list(names)


class FamilyCell(Cell, keras.layers.Layer):
    """A cell that keeps each named argument of its constructor as an attribute.

    A constructor hands on `passed_on(locals())`. Initializers, regularizers,
    constraints and activations may be given by name, as everywhere in Keras. A cell
    that is `stabilized` has a stabilizer for its last state.

    It computes in float32 where the layer is of half precision, in which a decay near 1
    would be rounded to 1; only what goes in and what comes out is rounded.
    """

    stabilized = False

    def __init__(self, **arguments: Any) -> None:
        own = {name: arguments.pop(name) for name in settings_of(type(self))}
        policy = keras.dtype_policies.get(arguments.pop("dtype", None))
        double = policy.compute_dtype == "float64"
        super().__init__(dtype="float64" if double else "float32", **arguments)
        for name, value in own.items():
            kind = KINDS.get(name.rpartition("_")[2])
            setattr(self, name, kind.get(value) if kind else value)
        self.state_size = self.units

    def add_weight(self, *args: Any, **kwargs: Any) -> keras.Variable:
        """Create a weight that a layer of half precision reads in full precision."""
        return super().add_weight(*args, autocast=False, **kwargs)

    def weight(
        self, name: str, shape: Shape, initializer: Identifier = None
    ) -> keras.Variable:
        """Create a weight; `recurrent_initializer` draws `recurrent_kernel`."""
        prefix = "recurrent" if name == "recurrent_kernel" else name
        return self.add_weight(
            shape=shape,
            name=name,
            initializer=initializer or getattr(self, f"{prefix}_initializer"),
            regularizer=getattr(self, f"{prefix}_regularizer", None),
            constraint=getattr(self, f"{prefix}_constraint", None),
        )

    def get_initial_state(self, batch_size: int | Tensor | None = None) -> list[Tensor]:
        """Return the states before the first step: zeros; a stabilizer begins low."""
        sizes = self.state_size
        sizes = sizes if isinstance(sizes, list) else [sizes]
        states = [ops.zeros((batch_size, size), self.compute_dtype) for size in sizes]
        if self.stabilized:
            states[-1] = ops.full_like(states[-1], NOTHING_YET)
        return states

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        for name in settings_of(type(self)):
            kind = KINDS.get(name.rpartition("_")[2])
            value = getattr(self, name)
            config[name] = kind.serialize(value) if kind else value
        return config


class FamilyLayer(Recurrent, keras.layers.RNN):
    """A layer that makes its cell, of `cell_class`, of its own arguments."""

    cell_class: type[FamilyCell]

    def __init__(self, **arguments: Any) -> None:
        names = settings_of(self.cell_class)
        own = {name: arguments.pop(name) for name in names if name in arguments}
        cell = self.cell_class(**own, dtype=arguments.get("dtype"))
        if not cell.gate_names:
            gates = arguments.get("return_gates", False)
            require(not gates, "return_gates", "False for a cell without gates", gates)
        super().__init__(cell=cell, **arguments)

    @property
    def units(self) -> int:
        """Size of the output."""
        return self.cell.units

    def reset_state(self) -> None:
        """Let a stateful layer start anew."""
        if self.states is not None:
            fresh = self.get_initial_state(self.states[0].shape[0])
            for variable, state in zip(self.states, fresh, strict=True):
                variable.assign(state)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config, own = super().get_config(), self.cell.get_config()
        del config["cell"]
        return {**config, **{name: own[name] for name in settings_of(self.cell_class)}}

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None
    ) -> FamilyLayer:
        """Return a layer of what `get_config` returned."""
        with keras.saving.custom_object_scope(custom_objects or {}):
            return cls(**config)

    def _kernel_computes(self):
        return True
