"""Our layers return what the Keras layers of the same names return, gradients too."""

import itertools

import keras
import numpy as np
import pytest

from tests.layers.families import COMMON, DROP_INS
from tests.layers.helpers import (
    BACKEND,
    FEATURES,
    FEW_MASKS,
    MASKS,
    PRECISE,
    ROWS,
    TIME,
    TOLERANCE,
    UNITS,
    assert_same,
    make_mask,
    masks_for,
    ours,
    outputs_and_gradients,
    pair,
    random_states,
    skip_where_keras_shows_a_state,
)


def _assert_equal_on_random_input(
    family, mask, random, rows=ROWS, dtype=PRECISE, training=True, **options
):
    mine, reference = pair(
        family,
        UNITS,
        features=FEATURES,
        dtype=dtype,
        return_state=True,
        random=random,
        **options,
    )
    sequences = random.normal(size=(rows, TIME, FEATURES)).astype(dtype)
    states = random_states(family, rows, UNITS, random, dtype)
    mask = make_mask(mask, rows, TIME, random)
    results = [
        outputs_and_gradients(layer, sequences, states, mask, training=training)
        for layer in (mine, reference)
    ]
    assert_same(*results, TOLERANCE[dtype])


@pytest.mark.parametrize("family, mask", masks_for(COMMON))
def test_matches_keras_in_outputs_states_and_gradients(family, mask):
    """Four layers under each mask have all pairs of values of the three options.

    All eight would say no more: what one option does depends on no two others. A single
    row or several, training or not: these vary along, the other way round under every
    second mask. The type matters least, so float32 has one of the four.
    """
    skip_where_keras_shows_a_state(family, mask)
    number = MASKS.index(mask)
    random, odd = np.random.default_rng(number), bool(number % 2)
    for sequences, backwards in itertools.product([False, True], repeat=2):
        zeros = sequences != backwards
        single, training = sequences != odd, backwards != odd
        short = mask != "none" and training and not single
        _assert_equal_on_random_input(
            family,
            mask,
            random,
            rows=1 if single else ROWS,
            dtype="float32" if short else PRECISE,
            training=training,
            return_sequences=sequences,
            go_backwards=backwards,
            zero_output_for_mask=zeros,
        )


OPTIONS = [
    ("SimpleRNN", {"activation": "relu"}),
    ("SimpleRNN", {"activation": None}),
    ("SimpleRNN", {"use_bias": False}),
    ("SimpleRNN", {"unroll": True}),
    ("LSTM", {"activation": "softsign", "recurrent_activation": "hard_sigmoid"}),
    ("LSTM", {"recurrent_activation": None}),
    ("LSTM", {"use_bias": False}),
    ("LSTM", {"unroll": True}),
    ("LSTM", {"implementation": 1}),
    ("LSTM", {"kernel_regularizer": "l2", "bias_constraint": "non_neg"}),
    ("GRU", {"activation": "relu", "recurrent_activation": "tanh"}),
    ("GRU", {"use_bias": False}),
    ("GRU", {"unroll": True}),
    ("GRU", {"implementation": 1}),
    ("GRU", {"reset_after": False}),
    ("GRU", {"reset_after": False, "use_bias": False}),
    ("GRU", {"reset_after": False, "unroll": True}),
]


@pytest.mark.parametrize("mask", FEW_MASKS if BACKEND == "tensorflow" else ("holes",))
@pytest.mark.parametrize(
    "family, options",
    # With the other backends they are Keras's to heed: every fourth is tried.
    OPTIONS if BACKEND == "tensorflow" else OPTIONS[::4],
)
def test_matches_keras_for_every_option(family, options, mask):
    random = np.random.default_rng(1)
    _assert_equal_on_random_input(
        family, mask, random, return_sequences=True, **options
    )


@pytest.mark.parametrize("family", COMMON)
def test_matches_keras_for_a_single_time_step(family):
    random = np.random.default_rng(2)
    mine, reference = pair(family, UNITS, return_sequences=True)
    sequences = random.normal(size=(ROWS, 1, FEATURES)).astype("float32")
    assert_same(mine(sequences), reference(sequences), 1e-5)


@pytest.mark.parametrize("family", DROP_INS)
@pytest.mark.parametrize("rates", [(0.4, 0.0), (0.0, 0.4), (0.3, 0.5)])
def test_draws_the_same_dropout_masks_as_keras(family, rates):
    dropout, recurrent_dropout = rates
    mine, reference = pair(
        family,
        UNITS,
        seed=11,
        return_sequences=True,
        dropout=dropout,
        recurrent_dropout=recurrent_dropout,
    )
    random = np.random.default_rng(3)
    sequences = random.normal(size=(ROWS, TIME, FEATURES)).astype("float32")
    for _ in range(2):  # The second call draws other masks.
        expected = reference(sequences, training=True)
        assert_same(mine(sequences, training=True), expected, 1e-5)
    assert_same(mine(sequences), reference(sequences), 1e-5)
    assert np.abs(flat(expected) - flat(reference(sequences))).max() > 1e-2


def flat(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("family", DROP_INS)
def test_starts_from_the_same_weights_as_keras(family):
    weights = []
    for module in ("rnn_utils.layers", "keras.layers"):
        keras.utils.set_random_seed(5)
        classes = pytest.importorskip(module)
        layer = getattr(classes, family)(4)
        layer.build((None, None, 3))
        weights.append(layer.get_weights()[:3])
    assert_same(*weights, 0.0)


def test_opens_the_forget_gate_unless_told_otherwise():
    for open_gate in (True, False):
        mine, _ = pair("LSTM", 4, unit_forget_bias=open_gate)
        fresh = type(mine)(4, unit_forget_bias=open_gate)
        fresh.build((None, None, 3))
        expected = [1.0 if open_gate and 4 <= i < 8 else 0.0 for i in range(16)]
        np.testing.assert_array_equal(flat(fresh.cell.bias), expected)


@pytest.mark.parametrize("family", COMMON)
def test_stateful_layers_carry_on_and_start_anew_like_keras(family):
    options = {"batch": ROWS, "stateful": True, "return_sequences": True}
    mine, reference = pair(family, UNITS, **options)
    random = np.random.default_rng(4)
    chunks = random.normal(size=(3, ROWS, TIME, FEATURES)).astype("float32")
    seen = []
    for number, chunk in enumerate(chunks):
        if number == 2:
            mine.reset_states()
            reference.reset_states()
        seen.append(mine(chunk))
        assert_same(seen[-1], reference(chunk), 1e-5)
        assert_same(
            [s.value for s in mine.states], [s.value for s in reference.states], 1e-5
        )
    with pytest.raises(ValueError, match="batch"):
        mine(chunks[0][:2])


@pytest.mark.parametrize("policy", ["float16", "mixed_bfloat16"])
@pytest.mark.parametrize("family", [f for f in COMMON if f not in DROP_INS])
def test_without_a_twin_half_precision_rounds_only_inputs_and_results(family, policy):
    half = ours(family, 4, dtype=policy, return_sequences=True)
    full = ours(family, 4, dtype="float32", return_sequences=True)
    for layer in (half, full):
        layer.build((None, None, 3))
        layer.set_weights(half.get_weights())
    compute = half.compute_dtype
    random = np.random.default_rng(6)
    rounded = keras.ops.cast(random.normal(size=(2, 100, 3)), compute)
    result = half(rounded)
    assert keras.backend.standardize_dtype(result.dtype) == compute
    result, rounded = (keras.ops.cast(t, "float32") for t in (result, rounded))
    half_a_step = {"float16": 2**-11, "bfloat16": 2**-8}[compute]
    assert_same(result, full(rounded), 1.01 * half_a_step)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("family", COMMON)
def test_matches_keras_in_mixed_precision(family, policy):
    mine, reference = pair(family, 4, dtype=policy, return_sequences=True)
    sequences = np.random.default_rng(5).normal(size=(2, 6, 3)).astype("float32")
    mask = np.arange(6) < [[4], [6]]
    result = mine(sequences, mask=keras.ops.convert_to_tensor(mask))
    compute = policy.removeprefix("mixed_")
    assert keras.backend.standardize_dtype(result.dtype) == compute
    expected = reference(sequences, mask=keras.ops.convert_to_tensor(mask))
    result, expected = (keras.ops.cast(t, "float32") for t in (result, expected))
    assert_same(result, expected, TOLERANCE[compute])
