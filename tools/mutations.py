"""What breaks a training on purpose, inside the process of a notebook.

`mutate_notebook` runs `start` after a notebook's set-up cell and `effect` after its
last. They patch this process alone, and what they do they count with a variable of
TensorFlow: a compiled step counts at each run, and a patch that nothing runs into
leaves zero.
"""

import functools
import inspect
import threading

import keras
import keras.src.backend
import tensorflow as tf


class _Thread(threading.local):
    """What a thread is in: notebooks train in several."""

    tapes = 0
    in_loss = False


_thread = _Thread()
_count = tf.Variable(0, trainable=False, dtype=tf.int64)


def start(mutation):
    """Breaks every training from now on; see `MUTATIONS`."""
    MUTATIONS[mutation]()


def effect():
    """How often the mutation did something."""
    return int(_count.numpy())


def _patch(owner, name, make):
    original = getattr(owner, name)
    replacement = functools.wraps(original)(make(original))
    setattr(owner, name, tf.autograph.experimental.do_not_convert(replacement))


def shuffle_labels():
    """While a tape records, a loss compares each example with another one's target.

    That is where all trainings meet: `fit`, `train_on_batch` and loops of a notebook's
    own. Validation and test have no tape, and keep their targets. A loss in plain
    arithmetic, without a function of Keras or TensorFlow, is not seen.
    """
    _patch(tf.GradientTape, "__enter__", functools.partial(_with_tapes, by=1))
    _patch(tf.GradientTape, "__exit__", functools.partial(_with_tapes, by=-1))
    _patch(keras.losses.Loss, "__call__", _with_labels_of_others("y_true"))
    for module, targets in (
        (keras.losses, "y_true"),
        (keras.ops, "target"),
        (tf.nn, "labels"),
    ):
        for name, function in list(vars(module).items()):
            if inspect.isfunction(function) and _is_loss(module, name, function):
                _patch(module, name, _with_labels_of_others(targets))


def _is_loss(module, name, function):
    if module is keras.losses:
        return next(iter(inspect.signature(function).parameters), "") == "y_true"
    return "crossentropy" in name.replace("_", "")


def _with_tapes(method, by):
    def call(self, *args):
        _thread.tapes += by
        return method(self, *args)

    return call


def _with_labels_of_others(argument):
    """Makes, of a loss, one that sees shuffled targets wherever a tape records it."""

    def make(loss):
        signature = inspect.signature(loss)

        def call(*args, **kwargs):
            if _thread.in_loss or not _thread.tapes:
                return loss(*args, **kwargs)
            given = signature.bind(*args, **kwargs)
            given.arguments[argument] = _shuffled(given.arguments[argument])
            _thread.in_loss = True  # One loss calls another with the same targets.
            try:
                return loss(*given.args, **given.kwargs)
            finally:
                _thread.in_loss = False

        return call

    return make


def _shuffled(targets):
    """Targets in a random cycle through the batch: no example keeps its own.

    In a permutation one in a batch would stay at its place on average, and from one
    right target in 16 a network can learn.
    """
    leaves = [tf.convert_to_tensor(leaf) for leaf in keras.tree.flatten(targets)]
    order = tf.random.shuffle(tf.range(tf.shape(leaves[0])[0]))
    source = tf.gather(tf.roll(order, 1, axis=0), tf.argsort(order))
    moved = [tf.gather(leaf, source) for leaf in leaves]
    for old, new in zip(leaves, moved, strict=True):
        inner = list(range(1, len(old.shape)))
        changed = tf.reduce_any(tf.not_equal(old, new), axis=inner)
        _count.assign_add(tf.math.count_nonzero(changed))
    return keras.tree.pack_sequence_as(targets, moved)


def freeze_optimizer():
    """No optimizer of Keras changes a weight; its count of steps goes on.

    So schedules run as before. What learns without one, such as a baseline of
    scikit-learn, is not touched.
    """

    def make(apply):
        def call(self, grads, trainable_variables=None):
            if not self.built:
                self.build(list(trainable_variables))
            self.iterations.assign_add(1)
            _count.assign_add(1)

        return call

    _patch(keras.optimizers.Optimizer, "apply", make)


def lose_masks():
    """No layer hands a mask on, and none receives the one that it is called with.

    A loss that leaves padding out by the value of its targets goes on doing so: that
    is no mask.
    """
    _patch(keras.src.backend, "set_keras_mask", _without_setting)
    _patch(keras.Layer, "__call__", _without_mask_arguments)


def _without_setting(set_mask):
    def call(x, mask):
        _lost(mask)

    return call


def _without_mask_arguments(layer_call):
    def call(self, *args, **kwargs):
        for name in {"mask", "attention_mask"} & set(kwargs):
            _lost(kwargs[name])
            kwargs[name] = None
        return layer_call(self, *args, **kwargs)

    return call


def _lost(mask):
    if any(part is not None for part in keras.tree.flatten(mask)):
        _count.assign_add(1)


MUTATIONS = {
    "labels": shuffle_labels,
    "optimizer": freeze_optimizer,
    "masks": lose_masks,
}
