"""Claims about adversarial training."""

import keras
import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")

from rnn_utils.training.adversarial import AdversarialModel  # noqa: E402

IDS = np.array([[1, 2, 3], [4, 5, 0]])
LABELS = np.array([[1.0], [0.0]])


def parts():
    """Inputs, outputs and embedding of a small model, always with the same weights."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None,), dtype="int32")
    embedding = keras.layers.Embedding(6, 4)
    pooled = keras.layers.GlobalAveragePooling1D()(embedding(inputs))
    outputs = keras.layers.Dense(1, activation="sigmoid")(pooled)
    return inputs, outputs, embedding


def fitted(model, rate):
    model.compile(keras.optimizers.SGD(rate), "binary_crossentropy")
    model.fit(IDS, LABELS, batch_size=2, epochs=1, verbose=0)
    return model.get_weights()


def test_without_a_move_it_is_plain_training_at_twice_the_rate():
    inputs, outputs, _ = parts()
    plain = fitted(keras.Model(inputs, outputs), rate=0.2)
    for a, b in zip(
        plain, fitted(AdversarialModel(*parts(), epsilon=0.0), 0.1), strict=True
    ):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_a_move_changes_what_is_learnt():
    still, moved = (
        fitted(AdversarialModel(*parts(), epsilon=s), 0.1) for s in (0.0, 1.0)
    )
    assert not np.allclose(still[-2], moved[-2], atol=1e-4)


def test_the_word_vectors_are_moved_back():
    model = AdversarialModel(*parts(), epsilon=1.0)
    before = model.get_weights()
    for a, b in zip(before, fitted(model, rate=0.0), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_the_move_does_more_harm_than_one_at_random():
    model = AdversarialModel(*parts(), epsilon=1.0)
    model.compile("sgd", "binary_crossentropy")
    loss, _, gradients = model._learn(IDS, LABELS, None)
    table = model.embedding.embeddings
    start = table.numpy()

    def loss_after(direction):
        table.assign(start + direction / np.linalg.norm(direction))
        return float(model._learn(IDS, LABELS, None)[0])

    worst = loss_after(gradients[0].numpy())
    rng = np.random.default_rng(0)
    assert worst > float(loss)
    assert all(worst > loss_after(rng.normal(size=start.shape)) for _ in range(20))


def test_history_holds_loss_and_metrics():
    model = AdversarialModel(*parts())
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(IDS, LABELS, validation_data=(IDS, LABELS), verbose=0).history
    assert sorted(history) == ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert history["loss"][0] > 0


def test_a_foreign_embedding_and_a_negative_step_are_refused():
    inputs, outputs, embedding = parts()
    with pytest.raises(ValueError, match="expected an Embedding layer of this model"):
        AdversarialModel(inputs, outputs, keras.layers.Embedding(6, 4))
    for epsilon in (-1, np.nan, np.inf):
        with pytest.raises(
            ValueError, match=f"epsilon is {epsilon}; expected a finite"
        ):
            AdversarialModel(inputs, outputs, embedding, epsilon=epsilon)


def test_an_embedding_that_is_not_trained_is_refused():
    inputs, outputs, embedding = parts()
    embedding.trainable = False
    with pytest.raises(ValueError, match="expected one that is trainable"):
        fitted(AdversarialModel(inputs, outputs, embedding), 0.1)


def test_a_long_move_leaves_the_word_vectors_as_they_were():
    model = AdversarialModel(*parts(), epsilon=1e6)
    before = model.get_weights()
    for a, b in zip(before, fitted(model, rate=0.0), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_tiny_gradient_has_a_direction_all_the_same():
    inputs, outputs, embedding = parts()
    model = AdversarialModel(inputs, outputs, embedding)
    model.compile("sgd", lambda y, p: 1e-12 * keras.ops.mean(p, axis=-1))
    table, moves = embedding.embeddings, []
    learn = model._learn

    def watched(*args):
        moves.append(table.numpy())
        return learn(*args)

    model._learn = watched
    model.train_step((tf.constant(IDS), tf.constant(LABELS)))
    assert np.linalg.norm(moves[1] - moves[0]) == pytest.approx(1, rel=1e-5)
