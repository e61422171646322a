"""Constructors name every argument, where editors and `help` look for them."""

import inspect
import re

import keras
import pytest

import rnn_utils.layers
from tests.layers.families import COMMON, DROP_INS, FAMILIES
from tests.layers.helpers import ours, theirs

# What each class takes beside the arguments of the Keras class of its name.
ADDED = {name: FAMILIES[name].added for name in DROP_INS}
ADDED |= {f"{name}Cell": {} for name in DROP_INS}
SETTINGS = {
    "activation": "relu",
    "bias_initializer": "ones",
    "kernel_regularizer": "l2",
    "recurrent_constraint": "unit_norm",
    "dropout": 0.25,
    "seed": 3,
    "dtype": "float64",
    "name": "own_name",
}


def _constructor(layer):
    """Returns the parameters after `self`, as the source has them."""
    function = layer.__init__
    # An editor does not run what would set a signature.
    assert inspect.unwrap(function) is function and not vars(function)
    return list(inspect.signature(function).parameters.values())[1:]


def _names_and_defaults(parameters):
    return [(p.name, p.default) for p in parameters if p.kind is not p.VAR_KEYWORD]


@pytest.mark.parametrize("name", ADDED)
def test_arguments_are_those_of_keras_in_the_same_order(name):
    mine = _constructor(getattr(rnn_utils.layers, name))
    keras_class = getattr(keras.layers, name)
    expected = inspect.signature(keras_class).parameters.values()
    added = list(ADDED[name].items())
    assert _names_and_defaults(mine) == _names_and_defaults(expected) + added
    assert mine[-1].kind is inspect.Parameter.VAR_KEYWORD
    # An argument that Keras adds at the end must not change the meaning of a position.
    kinds = {p.name: p.kind for p in mine}
    assert all(kinds[name] is inspect.Parameter.KEYWORD_ONLY for name, _ in added)


@pytest.mark.parametrize("name", ADDED)
def test_arguments_arrive(name):
    mine, reference = ours(name, 4, **SETTINGS), theirs(name, 4, **SETTINGS)
    assert mine.get_config() == {**reference.get_config(), **ADDED[name]}


@pytest.mark.parametrize("family", COMMON)
def test_help_explains_every_argument(family):
    text = inspect.getdoc(getattr(rnn_utils.layers, family))
    arguments = text.partition("\nArgs:\n")[2].partition("\n\n")[0]
    explained = re.findall(r"^    \**(\w+): ", arguments, re.MULTILINE)
    parameters = _constructor(getattr(rnn_utils.layers, family))
    assert explained == [p.name for p in parameters]
