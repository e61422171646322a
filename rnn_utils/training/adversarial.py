"""Adversarial training of text models: learn on words moved in the worst direction.

Source: Miyato, Dai and Goodfellow (2017), "Adversarial training methods for
semi-supervised text classification", ICLR, equations 3 to 5. There each text is moved
by a step of its own; here the embedding table is, by one step for the whole batch,
which costs no change to the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from rnn_utils import _checks

if TYPE_CHECKING:
    from rnn_utils._types import Tensor


class AdversarialModel(keras.Model):
    """A functional model whose training step also learns from moved word vectors.

    At each step the gradient of the loss by the embedding table says in which direction
    the word vectors would have to move to do most harm. The table is moved that way,
    the loss is taken again, the table is moved back, and the weights are updated with
    the sum of both gradients. Prediction and evaluation are those of any Keras model.

    Args:
        inputs: Inputs of the functional model.
        outputs: Its outputs.
        embedding: Its `keras.layers.Embedding`; trainable.
        epsilon: Euclidean length of the move, over the whole table.
        **kwargs: As for `keras.Model`.

    Raises:
        ValueError: `embedding` is not a layer of the model, or is not trainable when it
            is trained; or `epsilon` is not a number of at least 0.
    """

    def __init__(
        self,
        inputs: Any,
        outputs: Any,
        embedding: keras.layers.Embedding,
        epsilon: float = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(inputs, outputs, **kwargs)
        if not any(layer is embedding for layer in self.layers):
            raise ValueError(
                f"embedding is {embedding!r}; expected an Embedding layer of this model"
            )
        _checks.number(
            "epsilon", epsilon, lambda e: e >= 0, "a finite number of at least 0"
        )
        self.embedding = embedding
        self.epsilon = epsilon

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Updates the weights with the gradients of the clean and the moved loss."""
        inputs, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
        loss, predictions, gradients = self._learn(inputs, targets, weights)
        table = self.embedding.embeddings
        places = [variable is table for variable in self.trainable_variables]
        if not any(places):
            raise ValueError(
                f"embedding is {self.embedding!r}; expected one that is trainable"
            )
        gradient = gradients[places.index(True)]
        move = self.epsilon * tf.math.divide_no_nan(gradient, tf.norm(gradient))
        # Kept, as to add and to subtract a long move would round the vectors.
        before = tf.identity(table.value)
        table.assign_add(move)
        _, _, moved_gradients = self._learn(inputs, targets, weights)
        table.assign(before)
        pairs = zip(gradients, moved_gradients, strict=True)
        self.optimizer.apply([a + b for a, b in pairs], self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(targets, predictions, sample_weight=weights)
        return self.get_metrics_result()

    def _learn(self, inputs, targets, weights):
        """Returns the loss, the predictions and the gradients, dense."""
        variables = [variable.value for variable in self.trainable_variables]
        with tf.GradientTape() as tape:
            predictions = self(inputs, training=True)
            loss = self.compute_loss(inputs, targets, predictions, weights)
        gradients = tape.gradient(loss, variables)
        return loss, predictions, [tf.convert_to_tensor(g) for g in gradients]
