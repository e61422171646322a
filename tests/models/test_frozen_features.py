import keras
import numpy as np
import pytest
import tensorflow as tf

from rnn_utils.models.frozen_features import encode_videos


@pytest.fixture
def part():
    """Five videos of three frames."""
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (5, 3, 4, 4, 3)).astype(np.uint8)
    return tf.data.Dataset.from_tensor_slices((frames, np.arange(5)))


@pytest.fixture
def encoder():
    """The mean of each colour."""
    pictures = keras.Input((4, 4, 3))
    pool = keras.layers.GlobalAveragePooling2D()
    return keras.Model(pictures, pool(pictures))


def test_features_are_those_of_each_frame(part, encoder):
    features, labels = encode_videos(part, encoder, batch_size=2)
    frames = np.array([frames for frames, _ in part.as_numpy_iterator()])
    assert features.dtype == np.float16
    np.testing.assert_allclose(features, frames.mean(axis=(2, 3)), rtol=1e-3)
    np.testing.assert_array_equal(labels, range(5))


def test_the_cache_is_read_and_nothing_is_encoded_again(part, encoder, tmp_path):
    cache = tmp_path / "deep" / "train.npz"
    first = encode_videos(part, encoder, cache)
    again = encode_videos(None, None, cache)
    for ours, theirs in zip(first, again, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_was_interrupted_leaves_no_cache(part, encoder, tmp_path, monkeypatch):
    def stop(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", stop)
    with pytest.raises(KeyboardInterrupt):
        encode_videos(part, encoder, tmp_path / "train.npz")
    assert not (tmp_path / "train.npz").exists()


def test_no_video_is_refused(part, encoder):
    with pytest.raises(ValueError, match="videos holds no video"):
        encode_videos(part.take(0), encoder)


@pytest.mark.parametrize(
    ("factor", "value"), [(1e6, "[0-9.]+e?[+0-9]*"), (np.inf, "inf"), (np.nan, "nan")]
)
def test_features_beyond_half_precision_are_refused(part, factor, value):
    pictures = keras.Input((4, 4, 3))
    mean = keras.layers.GlobalAveragePooling2D()(pictures)
    encoder = keras.Model(pictures, keras.layers.Rescaling(factor)(mean))
    with pytest.raises(
        ValueError, match=f"encoder gives the feature {value}; expected"
    ):
        encode_videos(part, encoder)


def test_batches_of_no_videos_are_refused(part, encoder):
    with pytest.raises(ValueError, match="batch_size is 0; expected 1 or more"):
        encode_videos(part, encoder, batch_size=0)
